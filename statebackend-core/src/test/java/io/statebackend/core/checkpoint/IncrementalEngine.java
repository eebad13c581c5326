// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StableHash;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An engine for the tests of native snapshots: one table of Long to serialized values, of which
 * each snapshot writes what changed since the last completed one, in a file of its own.
 */
final class IncrementalEngine implements StateBackend {
  private final String format;

  /** What the engine throws when it is told to forget its files, or {@code null}. */
  volatile @Nullable RuntimeException cannotForget;

  IncrementalEngine(String format) {
    this.format = format;
  }

  @Override
  public String name() {
    return "incremental";
  }

  @Override
  public MemoryUse memoryUse() {
    return new MemoryUse(MemoryUse.NO_LIMIT, Map.of(), List.of());
  }

  @Override
  @SuppressWarnings("unchecked") // the tests use Long keys only
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    return (KeyedStore<K>) new Store(this, format, spec.keyGroups(), spec.maxParallelism());
  }

  @Override
  public void close() {}

  private static final class Store implements KeyedStore<Long>, NativeSnapshots {
    private final IncrementalEngine engine;
    private final String format;
    private final KeyGroupRange keyGroups;
    private final int maxParallelism;
    private final TreeMap<Long, byte[]> values = new TreeMap<>();

    /** The keys that no completed snapshot has as they are. */
    private final Map<Long, byte[]> changed = new TreeMap<>();

    private List<String> completedFiles = new ArrayList<>();
    private final Map<Long, List<String>> writtenFiles = new HashMap<>();

    Store(IncrementalEngine engine, String format, KeyGroupRange keyGroups, int maxParallelism) {
      this.engine = engine;
      this.format = format;
      this.keyGroups = keyGroups;
      this.maxParallelism = maxParallelism;
    }

    @Override
    public <N, V> ValueTable<Long, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
      return new ValueTable<>() {
        @Override
        public @Nullable V get(KeyContext<Long> key, N namespace) {
          byte[] bytes = values.get(key.key());
          return bytes == null ? null : spec.valueSerializer().deserialize(new BinaryInput(bytes));
        }

        @Override
        public void put(KeyContext<Long> key, N namespace, V value) {
          BinaryOutput out = new BinaryOutput();
          spec.valueSerializer().serialize(value, out);
          values.put(key.key(), out.toByteArray());
          changed.put(key.key(), out.toByteArray());
        }

        @Override
        public void clear(KeyContext<Long> key, N namespace) {
          throw new UnsupportedOperationException("not needed by the tests");
        }

        @Override
        public void load(int keyGroup, EntrySource entries) {
          while (entries.next()) {
            long key = entries.key().readLong();
            BinaryInput in = entries.value();
            byte[] value = in.readBytes(in.remaining());
            values.put(key, value);
            changed.put(key, value);
          }
        }

        @Override
        public long entryCount() {
          return values.size();
        }
      };
    }

    @Override
    public <N, E> ListTable<Long, N, E> listTable(TableSpec.OfLists<N, E> spec) {
      throw new UnsupportedOperationException("not needed by the tests");
    }

    @Override
    public <N, U, V> MapTable<Long, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
      throw new UnsupportedOperationException("not needed by the tests");
    }

    @Override
    public FrozenStore freeze() {
      return new Image(new TreeMap<>(values), new TreeMap<>(changed), maxParallelism);
    }

    @Override
    public Optional<NativeSnapshots> nativeSnapshots() {
      return Optional.of(this);
    }

    @Override
    public String format() {
      return format;
    }

    @Override
    public synchronized byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files) {
      List<String> names = new ArrayList<>(completedFiles);
      names.forEach(files::reuse);
      BinaryOutput increment = new BinaryOutput();
      ((Image) frozen)
          .changed()
          .forEach(
              (key, value) -> {
                increment.writeLong(key);
                Serializers.BYTES.serialize(value, increment);
              });
      NativeFiles.NewFile file = files.create();
      try (StorageOutput output = file.output()) {
        output.write(increment.array(), 0, increment.position());
        output.commit();
      }
      names.add(file.name());
      writtenFiles.put(checkpointId, names);
      BinaryOutput manifest = new BinaryOutput();
      manifest.writeVarInt(names.size());
      names.forEach(manifest::writeString);
      return manifest.toByteArray();
    }

    @Override
    public synchronized void settled(long checkpointId, boolean completed) {
      List<String> names = writtenFiles.remove(checkpointId);
      if (completed && names != null) {
        completedFiles = names;
        changed.clear();
      }
    }

    @Override
    public synchronized void forgetFiles() {
      if (engine.cannotForget != null) {
        throw engine.cannotForget;
      }
      completedFiles = new ArrayList<>();
      changed.putAll(values);
    }

    @Override
    public Set<String> restore(List<Snapshot> snapshots) {
      for (Snapshot snapshot : snapshots) {
        BinaryInput manifest = snapshot.manifest();
        for (int i = manifest.readVarInt(); i > 0; i--) {
          String name = manifest.readString();
          read(snapshot.files(), name);
          if (snapshot.keyGroups().equals(keyGroups)) {
            completedFiles.add(name);
          }
        }
      }
      return Set.of("count"); // the only state that the tests declare
    }

    @Override
    public boolean drop(String table) {
      values.clear();
      changed.clear();
      // The next snapshot does not build on files that hold what was dropped.
      completedFiles.clear();
      return true;
    }

    private void read(NativeFiles files, String name) {
      try (StorageInput in = files.open(name)) {
        byte[] bytes = new byte[(int) in.length()];
        in.read(0, bytes, 0, bytes.length);
        BinaryInput entries = new BinaryInput(bytes);
        while (entries.remaining() > 0) {
          long key = entries.readLong();
          byte[] value = Serializers.BYTES.deserialize(entries);
          if (keyGroups.contains(StableHash.keyGroup(StableHash.ofLong(key), maxParallelism))) {
            values.put(key, value);
          }
        }
      }
    }

    @Override
    public void close() {}
  }

  private record Image(TreeMap<Long, byte[]> values, Map<Long, byte[]> changed, int maxParallelism)
      implements FrozenStore {

    @Override
    public EntryCursor entries(String table, int keyGroup) {
      Iterator<Map.Entry<Long, byte[]>> entries =
          values.entrySet().stream()
              .filter(
                  entry ->
                      StableHash.keyGroup(StableHash.ofLong(entry.getKey()), maxParallelism)
                          == keyGroup)
              .iterator();
      return new EntryCursor() {
        private Map.Entry<Long, byte[]> entry = Map.entry(0L, new byte[0]);

        @Override
        public boolean next() {
          boolean hasNext = entries.hasNext();
          if (hasNext) {
            entry = entries.next();
          }
          return hasNext;
        }

        @Override
        public void writeKey(BinaryOutput out) {
          out.writeLong(entry.getKey());
        }

        @Override
        public void writeNamespace(BinaryOutput out) {}

        @Override
        public void writeValue(BinaryOutput out) {
          out.write(entry.getValue(), 0, entry.getValue().length);
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public void close() {}
  }
}
