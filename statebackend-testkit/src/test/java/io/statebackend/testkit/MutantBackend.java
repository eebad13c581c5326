// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** The minimal backend with one fault built in, of the kind that engines have had. */
final class MutantBackend implements StateBackend {

  /** What is wrong with a mutant. */
  enum Fault {
    /** A map that is cleared keeps its entries. */
    MAP_CLEAR_DOES_NOTHING,
    /** A value that is cleared is still there. */
    VALUE_CLEAR_DOES_NOTHING,
    /** Every image shows the store as it is when it is read, not as it was when it was taken. */
    IMAGE_SHARES_LIVE_MAP,
    /** The entries of one key group are dropped while loading. */
    KEY_GROUP_FORGOTTEN_ON_LOAD,
    /** An object that was handed in is handed out, instead of a copy. */
    VALUE_SHARED_WITH_CALLER,
    /** All namespaces of a key are one in tables of values. */
    NAMESPACE_IGNORED,
    /** A user key that is removed from a map is still met by iterators. */
    STALE_ENTRY_AFTER_REMOVE,
    /** The last entry of each key group is missing in images. */
    LAST_ENTRY_LOST,
    /** A cursor whose image is closed has no more entries, as if that were all. */
    CURSOR_ENDS_WITH_IMAGE,
    /** A list that is replaced keeps what it had, before what is new. */
    LIST_REPLACED_BY_ADDING,
    /** A key and a namespace are joined without telling where the one ends. */
    KEY_RUNS_INTO_NAMESPACE,
    /** A value that is replaced is counted once more. */
    REPLACED_VALUE_COUNTED,
    /** The length of a value is kept in two bytes. */
    LONG_VALUE_CUT,
    /** A store that was closed seems to be empty. */
    CLOSED_STORE_SEEMS_EMPTY,
    /** Values are written in a form of its own, which it reads again. */
    OWN_FORM_IN_IMAGES
  }

  private final StateBackend intact = new SortedMapStateBackend();
  private final Fault fault;

  MutantBackend(Fault fault) {
    this.fault = fault;
  }

  @Override
  public String name() {
    return "mutant";
  }

  @Override
  public MemoryUse memoryUse() {
    return intact.memoryUse();
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    return new MutantStore<>(intact.open(spec), fault, new AtomicBoolean());
  }

  @Override
  public void close() {
    intact.close();
  }

  private record MutantStore<K>(KeyedStore<K> intact, Fault fault, AtomicBoolean closed)
      implements KeyedStore<K> {
    @Override
    public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
      return new MutantValues<>(intact.valueTable(spec), fault);
    }

    @Override
    public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec) {
      return new MutantLists<>(intact.listTable(spec), fault);
    }

    @Override
    public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
      return new MutantMaps<>(intact.mapTable(spec), fault, new HashSet<>());
    }

    @Override
    public FrozenStore freeze() {
      return switch (fault) {
        case IMAGE_SHARES_LIVE_MAP -> new LiveImage(intact);
        case CURSOR_ENDS_WITH_IMAGE -> new EndingImage(intact.freeze());
        case LAST_ENTRY_LOST -> new LosingImage(intact.freeze());
        case OWN_FORM_IN_IMAGES -> new OwnFormImage(intact.freeze());
        case CLOSED_STORE_SEEMS_EMPTY -> closed.get() ? new EmptyImage() : intact.freeze();
        default -> intact.freeze();
      };
    }

    @Override
    public void close() {
      closed.set(true);
      intact.close();
    }
  }

  /** Returns entries to load, in the form in which the mutant wrote them. */
  private static EntrySource read(Fault fault, EntrySource entries) {
    return fault == Fault.OWN_FORM_IN_IMAGES ? new OwnFormSource(entries) : entries;
  }

  private static final class MutantValues<K, N, V> implements ValueTable<K, N, V> {
    private final ValueTable<K, N, V> intact;
    private final Fault fault;
    private final Map<List<Object>, V> handedIn = new HashMap<>();
    private final Map<String, V> joined = new HashMap<>();
    private N firstNamespace;
    private long putCount;

    MutantValues(ValueTable<K, N, V> intact, Fault fault) {
      this.intact = intact;
      this.fault = fault;
    }

    private N changed(N namespace) {
      firstNamespace = firstNamespace == null ? namespace : firstNamespace;
      return fault == Fault.NAMESPACE_IGNORED ? firstNamespace : namespace;
    }

    private static String join(KeyContext<?> key, Object namespace) {
      return key.key() + namespace.toString();
    }

    @Override
    public V get(KeyContext<K> key, N namespace) {
      if (fault == Fault.KEY_RUNS_INTO_NAMESPACE) {
        return joined.get(join(key, namespace));
      }
      V shared = handedIn.get(List.of(key.key(), namespace));
      return shared == null ? intact.get(key, changed(namespace)) : shared;
    }

    @Override
    public void put(KeyContext<K> key, N namespace, V value) {
      switch (fault) {
        case VALUE_SHARED_WITH_CALLER -> handedIn.put(List.of(key.key(), namespace), value);
        case KEY_RUNS_INTO_NAMESPACE -> joined.put(join(key, namespace), value);
        case REPLACED_VALUE_COUNTED -> putCount++;
        default -> {} // only the value matters
      }
      intact.put(key, changed(namespace), fault == Fault.LONG_VALUE_CUT ? cut(value) : value);
    }

    @SuppressWarnings("unchecked") // an array of bytes takes the place of one
    private static <V> V cut(V value) {
      return value instanceof byte[] bytes
          ? (V) Arrays.copyOf(bytes, bytes.length & 0xffff)
          : value;
    }

    @Override
    public void clear(KeyContext<K> key, N namespace) {
      handedIn.remove(List.of(key.key(), namespace));
      joined.remove(join(key, namespace));
      if (fault != Fault.VALUE_CLEAR_DOES_NOTHING) {
        intact.clear(key, changed(namespace));
      }
    }

    @Override
    public void load(int keyGroup, EntrySource entries) {
      if (fault != Fault.KEY_GROUP_FORGOTTEN_ON_LOAD || keyGroup != 3) {
        intact.load(keyGroup, read(fault, entries));
      }
    }

    @Override
    public long entryCount() {
      return fault == Fault.REPLACED_VALUE_COUNTED ? putCount : intact.entryCount();
    }
  }

  private record MutantLists<K, N, E>(ListTable<K, N, E> intact, Fault fault)
      implements ListTable<K, N, E> {
    @Override
    public Iterator<E> iterator(KeyContext<K> key, N namespace) {
      return intact.iterator(key, namespace);
    }

    @Override
    public void add(KeyContext<K> key, N namespace, E element) {
      intact.add(key, namespace, element);
    }

    @Override
    public void set(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
      if (fault == Fault.LIST_REPLACED_BY_ADDING) {
        intact.addAll(key, namespace, elements);
      } else {
        intact.set(key, namespace, elements);
      }
    }

    @Override
    public void clear(KeyContext<K> key, N namespace) {
      intact.clear(key, namespace);
    }

    @Override
    public void load(int keyGroup, EntrySource entries) {
      intact.load(keyGroup, read(fault, entries));
    }

    @Override
    public long entryCount() {
      return intact.entryCount();
    }
  }

  private record MutantMaps<K, N, U, V>(
      MapTable<K, N, U, V> intact, Fault fault, Set<List<Object>> removed)
      implements MapTable<K, N, U, V> {
    @Override
    public V get(KeyContext<K> key, N namespace, U userKey) {
      return removed.contains(List.of(key.key(), namespace, userKey))
          ? null
          : intact.get(key, namespace, userKey);
    }

    @Override
    public void put(KeyContext<K> key, N namespace, U userKey, V value) {
      removed.remove(List.of(key.key(), namespace, userKey));
      intact.put(key, namespace, userKey, value);
    }

    @Override
    public void remove(KeyContext<K> key, N namespace, U userKey) {
      if (fault == Fault.STALE_ENTRY_AFTER_REMOVE) {
        removed.add(List.of(key.key(), namespace, userKey));
      } else {
        intact.remove(key, namespace, userKey);
      }
    }

    @Override
    public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
      return intact.iterator(key, namespace);
    }

    @Override
    public void clear(KeyContext<K> key, N namespace) {
      if (fault != Fault.MAP_CLEAR_DOES_NOTHING) {
        intact.clear(key, namespace);
      }
    }

    @Override
    public void load(int keyGroup, EntrySource entries) {
      intact.load(keyGroup, read(fault, entries));
    }

    @Override
    public long entryCount() {
      return intact.entryCount();
    }
  }

  /** Takes its image when it is read. */
  private record LiveImage(KeyedStore<?> store) implements FrozenStore {
    @Override
    public EntryCursor entries(String table, int keyGroup) {
      return store.freeze().entries(table, keyGroup);
    }

    @Override
    public void close() {}
  }

  /** Hides the last entry of each key group. */
  private record LosingImage(FrozenStore intact) implements FrozenStore {
    @Override
    public EntryCursor entries(String table, int keyGroup) {
      long entryCount = 0;
      try (EntryCursor all = intact.entries(table, keyGroup)) {
        while (all.next()) {
          entryCount++;
        }
      }
      return new LimitedCursor(intact.entries(table, keyGroup), entryCount - 1);
    }

    @Override
    public void close() {
      intact.close();
    }
  }

  /** Is as intact as what it stands before. */
  private static class ForwardingCursor implements EntryCursor {
    private final EntryCursor entries;

    ForwardingCursor(EntryCursor entries) {
      this.entries = entries;
    }

    @Override
    public boolean next() {
      return entries.next();
    }

    @Override
    public void writeKey(BinaryOutput out) {
      entries.writeKey(out);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {
      entries.writeNamespace(out);
    }

    @Override
    public void writeValue(BinaryOutput out) {
      entries.writeValue(out);
    }

    @Override
    public void close() {
      entries.close();
    }
  }

  /** Ends after a number of entries. */
  private static final class LimitedCursor extends ForwardingCursor {
    private long left;

    LimitedCursor(EntryCursor entries, long limit) {
      super(entries);
      this.left = limit;
    }

    @Override
    public boolean next() {
      return left-- > 0 && super.next();
    }
  }

  /** Takes being closed for the end of all entries. */
  private static final class EndingImage implements FrozenStore {
    private final FrozenStore intact;
    private volatile boolean closed;

    EndingImage(FrozenStore intact) {
      this.intact = intact;
    }

    @Override
    public EntryCursor entries(String table, int keyGroup) {
      return new ForwardingCursor(intact.entries(table, keyGroup)) {
        @Override
        public boolean next() {
          return !closed && super.next();
        }
      };
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Has no entries. */
  private static final class EmptyImage implements FrozenStore {
    @Override
    public EntryCursor entries(String table, int keyGroup) {
      return new EntryCursor() {
        @Override
        public boolean next() {
          return false;
        }

        @Override
        public void writeKey(BinaryOutput out) {}

        @Override
        public void writeNamespace(BinaryOutput out) {}

        @Override
        public void writeValue(BinaryOutput out) {}
      };
    }

    @Override
    public void close() {}
  }

  /** Writes values from the last byte to the first. */
  private record OwnFormImage(FrozenStore intact) implements FrozenStore {
    @Override
    public EntryCursor entries(String table, int keyGroup) {
      return new ForwardingCursor(intact.entries(table, keyGroup)) {
        @Override
        public void writeValue(BinaryOutput out) {
          BinaryOutput value = new BinaryOutput();
          super.writeValue(value);
          byte[] bytes = reversed(value.toByteArray());
          out.write(bytes, 0, bytes.length);
        }
      };
    }

    @Override
    public void close() {
      intact.close();
    }
  }

  /** Reads values from the last byte to the first. */
  private static final class OwnFormSource implements EntrySource {
    private final EntrySource intact;
    private BinaryInput value;

    OwnFormSource(EntrySource intact) {
      this.intact = intact;
    }

    @Override
    public boolean next() {
      boolean found = intact.next();
      if (found) {
        BinaryInput read = intact.value();
        value = new BinaryInput(reversed(read.readBytes(read.remaining())));
      }
      return found;
    }

    @Override
    public long entryCount() {
      return intact.entryCount();
    }

    @Override
    public BinaryInput key() {
      return intact.key();
    }

    @Override
    public BinaryInput namespace() {
      return intact.namespace();
    }

    @Override
    public BinaryInput value() {
      return value;
    }
  }

  private static byte[] reversed(byte[] bytes) {
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    return reversed;
  }
}
