// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The minimal backend with native snapshots: a file for each table and key group, which later
 * snapshots refer to until the key group changes.
 */
final class IncrementalBackend implements StateBackend {
  private final StateBackend heap = new SortedMapStateBackend();
  private final Fault fault;

  /** What may be wrong with it. */
  enum Fault {
    NONE,
    /** It takes an aborted checkpoint for a completed one, and refers to its files. */
    ABORT_IGNORED,
    /** It refers to files that it was told are gone. */
    LOST_FILES_NOT_FORGOTTEN,
    /** A file that could not be written is part of the snapshot. */
    WRITE_ERROR_SWALLOWED
  }

  IncrementalBackend() {
    this(Fault.NONE);
  }

  IncrementalBackend(Fault fault) {
    this.fault = fault;
  }

  @Override
  public String name() {
    return "incremental";
  }

  @Override
  public MemoryUse memoryUse() {
    return heap.memoryUse();
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    return new Store<>(heap.open(spec), spec.keyGroups(), fault);
  }

  @Override
  public void close() {
    heap.close();
  }

  /** What a file holds. */
  private record Part(String table, int keyGroup) implements Comparable<Part> {
    @Override
    public int compareTo(Part other) {
      int byTable = table.compareTo(other.table);
      return byTable != 0 ? byTable : Integer.compare(keyGroup, other.keyGroup);
    }
  }

  /** A file of a snapshot, and what is in it. */
  private record Written(String file, ByteBuffer content) {}

  private static final class Store<K> implements KeyedStore<K>, NativeSnapshots {
    private final KeyedStore<K> heap;
    private final KeyGroupRange keyGroups;
    private final Fault fault;
    private final Set<String> tables = new TreeSet<>();

    /** What was restored into tables that are not declared yet. */
    private final Map<Part, List<Entry>> restored = new TreeMap<>();

    /** The files of the last completed snapshot. */
    private Map<Part, Written> completed = new TreeMap<>();

    private final Map<Long, Map<Part, Written>> pending = new HashMap<>();

    Store(KeyedStore<K> heap, KeyGroupRange keyGroups, Fault fault) {
      this.heap = heap;
      this.keyGroups = keyGroups;
      this.fault = fault;
    }

    @Override
    public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
      return filled(spec, heap.valueTable(spec));
    }

    @Override
    public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec) {
      return filled(spec, heap.listTable(spec));
    }

    @Override
    public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
      return filled(spec, heap.mapTable(spec));
    }

    private <T extends Table<K, ?>> T filled(TableSpec<?> spec, T table) {
      tables.add(spec.name());
      for (int keyGroup = keyGroups.first(); keyGroup <= keyGroups.last(); keyGroup++) {
        List<Entry> entries = restored.remove(new Part(spec.name(), keyGroup));
        if (entries != null) {
          table.load(keyGroup, new Entries(entries));
        }
      }
      return table;
    }

    @Override
    public FrozenStore freeze() {
      return new Image(heap.freeze(), new TreeSet<>(tables), new TreeMap<>(restored));
    }

    @Override
    public Optional<NativeSnapshots> nativeSnapshots() {
      return Optional.of(this);
    }

    @Override
    public String format() {
      return "incremental-1";
    }

    @Override
    public synchronized byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files) {
      Map<Part, Written> written = new TreeMap<>();
      for (String table : ((Image) frozen).allTables()) {
        for (int keyGroup = keyGroups.first(); keyGroup <= keyGroups.last(); keyGroup++) {
          byte[] content = content(frozen, table, keyGroup);
          if (content.length > 0) {
            Part part = new Part(table, keyGroup);
            written.put(part, write(completed.get(part), content, files));
          }
        }
      }
      pending.put(checkpointId, written);
      return manifest(written);
    }

    private static byte[] content(FrozenStore frozen, String table, int keyGroup) {
      BinaryOutput content = new BinaryOutput();
      try (EntryCursor cursor = frozen.entries(table, keyGroup)) {
        while (cursor.next()) {
          Entry.of(cursor).write(content);
        }
      }
      return content.toByteArray();
    }

    private Written write(Written before, byte[] content, NativeFiles files) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      if (before != null && before.content.equals(bytes)) {
        files.reuse(before.file);
        return before;
      }
      NativeFiles.NewFile file = files.create();
      try (StorageOutput out = file.output()) {
        out.write(content, 0, content.length);
        out.write(checksum(content), 0, Integer.BYTES);
        out.commit();
      } catch (StateIoException e) {
        if (fault != Fault.WRITE_ERROR_SWALLOWED) {
          throw e;
        }
      }
      return new Written(file.name(), bytes);
    }

    private static byte[] manifest(Map<Part, Written> written) {
      BinaryOutput manifest = new BinaryOutput();
      manifest.writeVarInt(written.size());
      written.forEach(
          (part, file) -> {
            manifest.writeString(part.table);
            manifest.writeVarInt(part.keyGroup);
            manifest.writeString(file.file);
          });
      return manifest.toByteArray();
    }

    @Override
    public synchronized void settled(long checkpointId, boolean isCompleted) {
      Map<Part, Written> written = pending.remove(checkpointId);
      if ((isCompleted || fault == Fault.ABORT_IGNORED) && written != null) {
        completed = written;
      }
    }

    @Override
    public synchronized void forgetFiles() {
      if (fault != Fault.LOST_FILES_NOT_FORGOTTEN) {
        completed = Map.of();
      }
    }

    @Override
    public Set<String> restore(List<Snapshot> snapshots) {
      for (Snapshot snapshot : snapshots) {
        BinaryInput manifest = snapshot.manifest();
        for (int count = manifest.readVarInt(); count > 0; count--) {
          Part part = new Part(manifest.readString(), manifest.readVarInt());
          String file = manifest.readString();
          if (keyGroups.contains(part.keyGroup)) {
            byte[] content = read(snapshot.files(), file);
            restored.put(part, Entry.readAll(content));
            completed.put(part, new Written(file, ByteBuffer.wrap(content)));
          }
        }
      }
      return restored.keySet().stream().map(Part::table).collect(Collectors.toSet());
    }

    @Override
    public boolean drop(String table) {
      restored.keySet().removeIf(part -> part.table.equals(table));
      return !tables.contains(table) || heap.drop(table);
    }

    private static byte[] read(NativeFiles files, String name) {
      try (StorageInput in = files.open(name)) {
        byte[] bytes = new byte[(int) in.length()];
        in.read(0, bytes, 0, bytes.length);
        byte[] content = Arrays.copyOf(bytes, bytes.length - Integer.BYTES);
        if (!Arrays.equals(
            checksum(content), Arrays.copyOfRange(bytes, content.length, bytes.length))) {
          throw new CorruptStateException("checksum mismatch", name, content.length);
        }
        return content;
      }
    }

    private static byte[] checksum(byte[] content) {
      CRC32C crc = new CRC32C();
      crc.update(content);
      return ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
    }

    @Override
    public void close() {
      heap.close();
    }
  }

  private record Image(FrozenStore heap, Set<String> tables, Map<Part, List<Entry>> restored)
      implements FrozenStore {
    Set<String> allTables() {
      Set<String> all = new TreeSet<>(tables);
      restored.keySet().forEach(part -> all.add(part.table));
      return all;
    }

    @Override
    public EntryCursor entries(String table, int keyGroup) {
      return tables.contains(table)
          ? heap.entries(table, keyGroup)
          : new Entries(restored.getOrDefault(new Part(table, keyGroup), List.of()));
    }

    @Override
    public void close() {
      heap.close();
    }
  }

  /** An entry in serialized form. */
  private static final class Entry {
    private final byte[] key;
    private final byte[] namespace;
    private final byte[] value;

    private Entry(byte[] key, byte[] namespace, byte[] value) {
      this.key = key;
      this.namespace = namespace;
      this.value = value;
    }

    static Entry of(EntryCursor cursor) {
      BinaryOutput out = new BinaryOutput();
      cursor.writeKey(out);
      int keyEnd = out.position();
      cursor.writeNamespace(out);
      int namespaceEnd = out.position();
      cursor.writeValue(out);
      byte[] bytes = out.toByteArray();
      return new Entry(
          Arrays.copyOf(bytes, keyEnd),
          Arrays.copyOfRange(bytes, keyEnd, namespaceEnd),
          Arrays.copyOfRange(bytes, namespaceEnd, bytes.length));
    }

    static List<Entry> readAll(byte[] content) {
      List<Entry> entries = new ArrayList<>();
      BinaryInput in = new BinaryInput(content);
      while (in.remaining() > 0) {
        entries.add(new Entry(readPart(in), readPart(in), readPart(in)));
      }
      return entries;
    }

    private static byte[] readPart(BinaryInput in) {
      return in.readBytes(in.readLength());
    }

    void write(BinaryOutput out) {
      for (byte[] part : List.of(key, namespace, value)) {
        out.writeVarInt(part.length);
        out.write(part, 0, part.length);
      }
    }
  }

  /** Entries that are loaded into a table, or read from an image. */
  private static final class Entries implements EntrySource, EntryCursor {
    private final Iterator<Entry> entries;
    private final long entryCount;
    private Entry entry;
    private BinaryInput key;
    private BinaryInput namespace;
    private BinaryInput value;

    Entries(List<Entry> entries) {
      this.entries = entries.iterator();
      this.entryCount = entries.size();
    }

    @Override
    public boolean next() {
      if (!entries.hasNext()) {
        return false;
      }
      entry = entries.next();
      key = new BinaryInput(entry.key);
      namespace = new BinaryInput(entry.namespace);
      value = new BinaryInput(entry.value);
      return true;
    }

    @Override
    public long entryCount() {
      return entryCount;
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

    @Override
    public void writeKey(BinaryOutput out) {
      out.write(entry.key, 0, entry.key.length);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {
      out.write(entry.namespace, 0, entry.namespace.length);
    }

    @Override
    public void writeValue(BinaryOutput out) {
      out.write(entry.value, 0, entry.value.length);
    }

    @Override
    public void close() {}
  }
}
