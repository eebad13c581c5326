// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The bytes of {@code _metadata}, as specified in docs/format/checkpoint-metadata-v1.md. */
final class MetadataFormat {
  private static final Envelope ENVELOPE = new Envelope("checkpoint metadata", 0x5342434D, 1);

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
    Properties.writeNone(body);
    BinaryOutput file = new BinaryOutput(Envelope.OVERHEAD + body.position());
    ENVELOPE.write(body, file);
    return file.toByteArray();
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
    BinaryInput body = ENVELOPE.read(bytes, file);
    try {
      CheckpointMetadata metadata =
          new CheckpointMetadata(
              body.readLong(),
              body.readLong(),
              body.readBoolean() ? body.readString() : null,
              readList(body, MetadataFormat::readOperator));
      Properties.skip(body);
      if (body.remaining() != 0) {
        throw new CorruptStateException("bytes left over: count=" + body.remaining());
      }
      return metadata;
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
