// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import java.util.ArrayList;
import java.util.List;

/** Entries of one state and key group in Flink's canonical form, to be loaded into a table. */
abstract class LoadedEntries implements EntrySource {
  private final CanonicalEntries entries;
  private final KeyLayout layout;
  private final Wrapped<?> keys;
  private final Wrapped<?> namespaces;
  private final BinaryInput key = new BinaryInput();
  private final BinaryInput namespace = new BinaryInput();
  private int keyStart;
  private int keyEnd;
  private int namespaceStart;
  private int namespaceEnd;

  LoadedEntries(
      CanonicalEntries entries, KeyLayout layout, Wrapped<?> keys, Wrapped<?> namespaces) {
    this.entries = entries;
    this.layout = layout;
    this.keys = keys;
    this.namespaces = namespaces;
  }

  /** Moves to the next entry and finds key and namespace; what is left of its key is after them. */
  final boolean nextEntry() {
    if (!entries.next()) {
      return false;
    }
    BinaryInput in = entries.key();
    in.skip(layout.prefixLength());
    keyStart = in.position();
    keys.skip(in);
    keyEnd = in.position();
    layout.skipLength(keyStart, in);
    namespaceStart = in.position();
    if (layout.isVoid()) {
      in.skip(1);
      namespaceEnd = namespaceStart;
    } else {
      namespaces.skip(in);
      namespaceEnd = in.position();
    }
    layout.skipLength(namespaceStart, in);
    rewind();
    return true;
  }

  /** Makes key and namespace be read again, for another page of the same entry. */
  final void rewind() {
    byte[] bytes = entries.key().array();
    key.reset(bytes, keyStart, keyEnd);
    namespace.reset(bytes, namespaceStart, namespaceEnd);
  }

  final BinaryInput keyRest() {
    return entries.key();
  }

  final BinaryInput storedValue() {
    return entries.value();
  }

  @Override
  public final BinaryInput key() {
    return key;
  }

  @Override
  public final BinaryInput namespace() {
    return namespace;
  }

  /** Answers zero: Flink does not store how many there are. */
  @Override
  public final long entryCount() {
    return 0;
  }

  /** Values as they are. */
  static final class OfValues extends LoadedEntries {
    OfValues(CanonicalEntries entries, KeyLayout layout, Wrapped<?> keys, Wrapped<?> namespaces) {
      super(entries, layout, keys, namespaces);
    }

    @Override
    public boolean next() {
      return nextEntry();
    }

    @Override
    public BinaryInput value() {
      return storedValue();
    }
  }

  /** Lists, whose elements have a comma between them, as pages. */
  static final class OfLists extends LoadedEntries {
    private static final byte DELIMITER = ',';

    private final Wrapped<?> elements;
    private final BinaryOutput page = new BinaryOutput();
    private final BinaryInput value = new BinaryInput();

    OfLists(
        CanonicalEntries entries,
        KeyLayout layout,
        Wrapped<?> keys,
        Wrapped<?> namespaces,
        Wrapped<?> elements) {
      super(entries, layout, keys, namespaces);
      this.elements = elements;
    }

    @Override
    public boolean next() {
      BinaryInput stored = storedValue();
      while (stored.remaining() == 0) {
        if (!nextEntry()) {
          return false;
        }
      }
      rewind();
      page.reset();
      while (stored.remaining() > 0 && page.position() < EntryCursor.PAGE_SIZE_BYTES) {
        int start = stored.position();
        elements.skip(stored);
        Field.writeBytes(
            elements.fixedLength(), stored.array(), start, stored.position() - start, page);
        if (stored.remaining() > 0 && stored.readByte() != DELIMITER) {
          throw new CorruptStateException(
              "list is damaged: no comma between two elements, position=" + stored.position());
        }
      }
      value.reset(page.array(), 0, page.position());
      return true;
    }

    @Override
    public BinaryInput value() {
      return value;
    }
  }

  /** Entries of maps, each as a page; those without a value are set aside. */
  static final class OfMaps extends LoadedEntries {
    private final Wrapped<?> userKeys;
    private final Wrapped<?> values;
    private final BinaryOutput page = new BinaryOutput();
    private final BinaryInput value = new BinaryInput();
    private final List<NullEntry> nulls = new ArrayList<>();

    OfMaps(
        CanonicalEntries entries,
        KeyLayout layout,
        Wrapped<?> keys,
        Wrapped<?> namespaces,
        Wrapped<?> userKeys,
        Wrapped<?> values) {
      super(entries, layout, keys, namespaces);
      this.userKeys = userKeys;
      this.values = values;
    }

    @Override
    public boolean next() {
      while (nextEntry()) {
        BinaryInput userKey = keyRest();
        BinaryInput stored = storedValue();
        page.reset();
        Field.writeBytes(
            userKeys.fixedLength(), userKey.array(), userKey.position(), userKey.remaining(), page);
        if (stored.readBoolean()) {
          page.writeByte(KeyedMaps.NULL_MARK);
          nulls.add(new NullEntry(copy(key()), copy(namespace()), page.toByteArray()));
        } else {
          Field.writeBytes(
              values.fixedLength(), stored.array(), stored.position(), stored.remaining(), page);
          value.reset(page.array(), 0, page.position());
          return true;
        }
      }
      return false;
    }

    private static byte[] copy(BinaryInput window) {
      byte[] bytes = new byte[window.remaining()];
      System.arraycopy(window.array(), window.position(), bytes, 0, bytes.length);
      return bytes;
    }

    @Override
    public BinaryInput value() {
      return value;
    }

    List<NullEntry> nulls() {
      return nulls;
    }
  }

  /** A user key that is there without a value. */
  static final class NullEntry {
    private final byte[] key;
    private final byte[] namespace;
    private final byte[] page;

    NullEntry(byte[] key, byte[] namespace, byte[] page) {
      this.key = key;
      this.namespace = namespace;
      this.page = page;
    }
  }

  /** User keys without values. */
  static final class OfNulls implements EntrySource {
    private final List<NullEntry> nulls;
    private final BinaryInput key = new BinaryInput();
    private final BinaryInput namespace = new BinaryInput();
    private final BinaryInput value = new BinaryInput();
    private int at;

    OfNulls(List<NullEntry> nulls) {
      this.nulls = nulls;
    }

    @Override
    public boolean next() {
      if (at == nulls.size()) {
        return false;
      }
      NullEntry entry = nulls.get(at++);
      key.reset(entry.key, 0, entry.key.length);
      namespace.reset(entry.namespace, 0, entry.namespace.length);
      value.reset(entry.page, 0, entry.page.length);
      return true;
    }

    @Override
    public long entryCount() {
      return nulls.size();
    }

    @Override
    public BinaryInput key() {
      return key;
    }

    @Override
    public BinaryInput namespace() {
      return namespace;
    }

    @Override
    public BinaryInput value() {
      return value;
    }
  }
}
