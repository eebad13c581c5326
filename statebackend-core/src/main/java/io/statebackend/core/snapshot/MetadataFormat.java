// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.storage.StorageInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** The bytes of {@code _metadata}, as specified in docs/format/checkpoint-metadata-v1.md. */
final class MetadataFormat {
  private static final Envelope ENVELOPE = new Envelope("checkpoint metadata", 0x5342434D, 1);

  /** The property that names the states which the program drops. */
  private static final String DROPPED_STATES = "dropped-states";

  private MetadataFormat() {}

  static byte[] write(CheckpointMetadata metadata) {
    BinaryOutput body = new BinaryOutput();
    body.writeLong(metadata.checkpointId());
    body.writeLong(metadata.timestampMillis());
    String savepoint = metadata.savepoint();
    body.writeBoolean(savepoint != null);
    if (savepoint != null) {
      body.writeString(savepoint);
    }
    body.writeVarInt(metadata.operators().size());
    for (OperatorSnapshots operator : metadata.operators()) {
      writeOperator(operator, body);
    }
    writeProperties(metadata, body);
    BinaryOutput file = new BinaryOutput(Envelope.OVERHEAD + body.position());
    ENVELOPE.write(body, file);
    return file.toByteArray();
  }

  private static void writeProperties(CheckpointMetadata metadata, BinaryOutput body) {
    if (metadata.droppedStates().isEmpty()) {
      Properties.writeNone(body);
      return;
    }
    BinaryOutput dropped = new BinaryOutput();
    dropped.writeVarInt(metadata.droppedStates().size());
    metadata
        .droppedStates()
        .forEach(
            (operatorId, states) -> {
              dropped.writeString(operatorId);
              dropped.writeVarInt(states.size());
              states.forEach(dropped::writeString);
            });
    Properties.write(body, Map.of(DROPPED_STATES, dropped.toByteArray()));
  }

  private static SortedMap<String, SortedSet<String>> readDroppedStates(
      Map<String, BinaryInput> properties) {
    SortedMap<String, SortedSet<String>> dropped = new TreeMap<>();
    BinaryInput in = properties.get(DROPPED_STATES);
    if (in != null) {
      int operatorCount = in.readLength();
      for (int i = 0; i < operatorCount; i++) {
        String operatorId = in.readString();
        SortedSet<String> states = new TreeSet<>(readList(in, BinaryInput::readString));
        dropped.put(operatorId, states);
      }
      if (in.remaining() != 0) {
        throw new CorruptStateException(
            "bytes left over in property '%s': count=%d".formatted(DROPPED_STATES, in.remaining()));
      }
    }
    return dropped;
  }

  private static void writeOperator(OperatorSnapshots operator, BinaryOutput body) {
    body.writeString(operator.operatorId());
    body.writeInt(operator.parallelism());
    body.writeInt(operator.maxParallelism());
    body.writeVarInt(operator.subtasks().size());
    for (SubtaskSnapshot subtask : operator.subtasks()) {
      body.writeInt(subtask.subtask());
      body.writeInt(subtask.keyGroups().first());
      body.writeInt(subtask.keyGroups().last());
      writeFile(subtask.snapshot(), body);
      NativeSnapshot nativeSnapshot = subtask.nativeSnapshot();
      body.writeBoolean(nativeSnapshot != null);
      if (nativeSnapshot != null) {
        writeNative(nativeSnapshot, body);
      }
    }
  }

  private static void writeNative(NativeSnapshot snapshot, BinaryOutput body) {
    body.writeString(snapshot.format());
    BinaryInput manifest = snapshot.manifest();
    body.writeVarInt(manifest.remaining());
    body.write(manifest.array(), manifest.position(), manifest.remaining());
    body.writeVarInt(snapshot.files().size());
    for (FileRef file : snapshot.files()) {
      writeFile(file, body);
    }
  }

  private static void writeFile(FileRef file, BinaryOutput body) {
    body.writeString(file.path());
    body.writeLong(file.length());
    body.writeInt(file.crc32c());
  }

  static CheckpointMetadata read(byte[] bytes, String file) {
    return read(ENVELOPE.read(bytes, file), file);
  }

  static void checkBeginning(StorageInput in, String file) {
    int unused = ENVELOPE.bodyLength(in, file);
  }

  static CheckpointMetadata read(StorageInput in, String file) {
    return read(ENVELOPE.readAll(in, file), file);
  }

  private static CheckpointMetadata read(BinaryInput body, String file) {
    try {
      long checkpointId = body.readLong();
      long timestampMillis = body.readLong();
      String savepoint = body.readBoolean() ? body.readString() : null;
      List<OperatorSnapshots> operators = readList(body, MetadataFormat::readOperator);
      Map<String, BinaryInput> properties = Properties.read(body);
      if (body.remaining() != 0) {
        throw new CorruptStateException("bytes left over: count=" + body.remaining());
      }
      return new CheckpointMetadata(
          checkpointId, timestampMillis, savepoint, operators, readDroppedStates(properties));
    } catch (CorruptStateException | IllegalArgumentException e) {
      throw new CorruptStateException(
          "checkpoint metadata is damaged: " + e.getMessage(), file, body.position(), e);
    }
  }

  private static <T> List<T> readList(BinaryInput body, Function<BinaryInput, T> reader) {
    int count = body.readLength();
    List<T> list = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      list.add(reader.apply(body));
    }
    return list;
  }

  private static OperatorSnapshots readOperator(BinaryInput body) {
    return new OperatorSnapshots(
        body.readString(),
        body.readInt(),
        body.readInt(),
        readList(body, MetadataFormat::readSubtask));
  }

  private static SubtaskSnapshot readSubtask(BinaryInput body) {
    return new SubtaskSnapshot(
        body.readInt(),
        new KeyGroupRange(body.readInt(), body.readInt()),
        readFile(body),
        body.readBoolean() ? readNative(body) : null);
  }

  private static NativeSnapshot readNative(BinaryInput body) {
    return new NativeSnapshot(
        body.readString(),
        body.readBytes(body.readLength()),
        readList(body, MetadataFormat::readFile));
  }

  private static FileRef readFile(BinaryInput body) {
    return new FileRef(body.readString(), body.readLong(), body.readInt());
  }
}
