// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateIoException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.WorkDirectory;
import io.statebackend.core.reader.OperatorCopy.Places;
import io.statebackend.core.snapshot.SnapshotWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The keyed entries of an operator by other key groups than they were stored by: written into local
 * files, each for some of the new key groups, which are then sorted one by one in memory.
 */
final class SpreadEntries implements AutoCloseable {
  private static final long BYTES_PER_FILE = 8L << 20;
  private static final int FILES_MAX = 512;

  private final Path directory;
  private final int maxParallelism;
  private final List<String> states = new ArrayList<>();
  private final List<OutputStream> files = new ArrayList<>();
  private final BinaryOutput record = new BinaryOutput();

  private SpreadEntries(Path directory, int maxParallelism) {
    this.directory = directory;
    this.maxParallelism = maxParallelism;
  }

  /** Reads all keyed entries of an operator and spreads them. */
  static SpreadEntries of(
      CheckpointReader reader,
      StoredOperator operator,
      int maxParallelism,
      Predicate<String> isKept,
      List<KeyEdit> edits) {
    for (StoredState state : operator.states()) {
      if (!state.hasOneForm() && isKept.test(state.name())) {
        throw new IncompatibleStateException(
            "state '%s' of operator '%s' has two forms, which cannot become one; let the program take a savepoint with one form first"
                .formatted(state.name(), operator.id()));
      }
    }
    SpreadEntries spread = new SpreadEntries(reader.newWorkDirectory(), maxParallelism);
    boolean isDone = false;
    try {
      spread.open(operator);
      TypeSerializer<Object> keys = SavepointCopy.keys(operator.key(), operator.id());
      for (StoredSubtask subtask : operator.subtasks()) {
        try (SubtaskSections sections = reader.sections(operator, subtask, isKept)) {
          while (sections.next()) {
            if (sections.keyGroup() != StateEntry.NO_KEY_GROUP) {
              spread.add(sections, keys, edits);
            }
          }
        }
      }
      spread.addEdits(edits);
      for (OutputStream file : spread.files) {
        file.close();
      }
      isDone = true;
      return spread;
    } catch (IOException e) {
      throw failed(e);
    } finally {
      if (!isDone) {
        spread.close();
      }
    }
  }

  private static StateIoException failed(IOException e) {
    return new StateIoException(
        "cannot sort entries by key groups on the local disk: reason=%s; see that the directory for temporary files has room"
            .formatted(e),
        e);
  }

  private void open(StoredOperator operator) throws IOException {
    Files.createDirectories(directory);
    operator.states().forEach(state -> states.add(state.name()));
    long bytes = operator.subtasks().stream().mapToLong(StoredSubtask::sizeBytes).sum();
    long wanted = Math.max(1, Math.min(FILES_MAX, bytes / BYTES_PER_FILE));
    int count = (int) Math.min(wanted, maxParallelism);
    for (int i = 0; i < count; i++) {
      files.add(new BufferedOutputStream(Files.newOutputStream(file(i))));
    }
  }

  private Path file(int index) {
    return directory.resolve("spread-" + index);
  }

  private int fileOf(int keyGroup) {
    return (int) ((long) keyGroup * files.size() / maxParallelism);
  }

  private void add(SubtaskSections sections, TypeSerializer<Object> keys, List<KeyEdit> edits)
      throws IOException {
    String state = sections.meta().name();
    List<KeyEdit> here = edits.stream().filter(edit -> edit.state().equals(state)).toList();
    EntrySource entries = sections.entries();
    BinaryInput key = new BinaryInput();
    while (entries.next()) {
      if (here.stream().anyMatch(edit -> edit.concerns(entries))) {
        continue;
      }
      BinaryInput stored = entries.key();
      key.reset(stored.array(), stored.position(), stored.limit());
      int keyGroup = StableHash.keyGroup(keys.stableHash(keys.deserialize(key)), maxParallelism);
      record.reset();
      begin(states.indexOf(state), keyGroup);
      field(stored);
      field(entries.namespace());
      field(entries.value());
      end(keyGroup);
    }
  }

  private void addEdits(List<KeyEdit> edits) throws IOException {
    for (KeyEdit edit : edits) {
      EntryCursor entry = edit.entry();
      while (entry.next()) {
        int keyGroup = edit.keyGroup(maxParallelism);
        record.reset();
        begin(states.indexOf(edit.state()), keyGroup);
        field(entry::writeKey);
        field(entry::writeNamespace);
        field(entry::writeValue);
        end(keyGroup);
      }
    }
  }

  private void begin(int state, int keyGroup) {
    record.writeInt(0);
    record.writeInt(state);
    record.writeInt(keyGroup);
  }

  private void field(BinaryInput stored) {
    record.writeVarInt(stored.remaining());
    SourceCursor.write(stored, record);
  }

  private void field(Consumer<BinaryOutput> write) {
    int start = Field.begin(TypeSerializer.VARIABLE_LENGTH, record);
    write.accept(record);
    Field.end(TypeSerializer.VARIABLE_LENGTH, start, record);
  }

  /** Sets the length that a record begins with, and writes it. */
  private void end(int keyGroup) throws IOException {
    int length = record.position();
    byte[] bytes = record.array();
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[i] = (byte) (length >>> (Integer.SIZE - Byte.SIZE * (i + 1)));
    }
    files.get(fileOf(keyGroup)).write(bytes, 0, length);
  }

  /** A record of a file. */
  private record Spread(int keyGroup, int place, int at, int length) {}

  /** Writes the entries of some key groups, in their order. */
  void write(KeyGroupRange range, SnapshotWriter writer, Places places) {
    for (int i = fileOf(range.first()); i <= fileOf(range.last()); i++) {
      byte[] bytes;
      try {
        bytes = Files.readAllBytes(file(i));
      } catch (IOException e) {
        throw failed(e);
      }
      List<Spread> sorted = new ArrayList<>();
      BinaryInput in = new BinaryInput(bytes);
      while (in.remaining() > 0) {
        int at = in.position();
        int length = in.readInt();
        int place = places.of(states.get(in.readInt()));
        int keyGroup = in.readInt();
        in.skip(at + length - in.position());
        if (range.contains(keyGroup)) {
          sorted.add(new Spread(keyGroup, place, at, length));
        }
      }
      sorted.sort(Comparator.comparingInt(Spread::keyGroup).thenComparingInt(Spread::place));
      for (int from = 0; from < sorted.size(); ) {
        Spread first = sorted.get(from);
        int to = from;
        while (to < sorted.size()
            && sorted.get(to).keyGroup == first.keyGroup
            && sorted.get(to).place == first.place) {
          to++;
        }
        writer.write(
            first.place, first.keyGroup, new SpreadCursor(bytes, sorted.subList(from, to)));
        from = to;
      }
    }
  }

  /** Records of one state and key group. */
  private static final class SpreadCursor implements EntryCursor {
    private static final int HEAD_BYTES = 3 * Integer.BYTES;

    private final byte[] bytes;
    private final List<Spread> records;
    private final BinaryInput in = new BinaryInput();
    private int next;

    SpreadCursor(byte[] bytes, List<Spread> records) {
      this.bytes = bytes;
      this.records = records;
    }

    @Override
    public boolean next() {
      if (next == records.size()) {
        return false;
      }
      Spread record = records.get(next++);
      in.reset(bytes, record.at + HEAD_BYTES, record.at + record.length);
      return true;
    }

    private void writeField(BinaryOutput out) {
      int length = in.readLength();
      out.write(in.array(), in.position(), length);
      in.skip(length);
    }

    @Override
    public void writeKey(BinaryOutput out) {
      writeField(out);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {
      writeField(out);
    }

    @Override
    public void writeValue(BinaryOutput out) {
      writeField(out);
    }
  }

  /** Deletes the files. */
  @Override
  public void close() {
    List<Runnable> closes = new ArrayList<>();
    for (OutputStream file : files) {
      closes.add(() -> close(file));
    }
    closes.add(() -> WorkDirectory.delete(directory));
    Closing.all(closes);
  }

  private static void close(OutputStream file) {
    try {
      file.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
