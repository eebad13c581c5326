// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateKind;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.storage.StorageInput;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The header of a snapshot, as specified in docs/format/snapshot-v1.md. */
final class HeaderFormat {
  private static final Envelope ENVELOPE = new Envelope("snapshot", 0x5342534E, 1);

  private static final int ENCRYPTION_NONE = 0;
  private static final int ENCRYPTION_RESERVED_LENGTH = 15;

  private static final String TTL_TIME = "ttl.time";
  private static final String TTL_REFRESH = "ttl.refresh";
  private static final String EVENT_TIME = "event-time";

  private HeaderFormat() {}

  /** A header and where in the file it ends. */
  record Found(SnapshotHeader header, long end) {}

  static void write(SnapshotHeader header, BinaryOutput out) {
    BinaryOutput body = new BinaryOutput();
    body.writeByte(ENCRYPTION_NONE);
    body.write(new byte[ENCRYPTION_RESERVED_LENGTH], 0, ENCRYPTION_RESERVED_LENGTH);
    body.writeByte(header.compression().id());
    body.writeLong(header.checkpointId());
    body.writeString(header.operatorId());
    body.writeInt(header.subtask());
    body.writeInt(header.parallelism());
    body.writeInt(header.maxParallelism());
    body.writeInt(header.keyGroups().first());
    body.writeInt(header.keyGroups().last());
    writeField(header.key(), body);
    body.writeVarInt(header.states().size());
    for (StateMeta state : header.states()) {
      writeState(state, body);
    }
    writeEventTime(header.eventTime(), body);
    ENVELOPE.write(body, out);
  }

  private static void writeState(StateMeta state, BinaryOutput body) {
    body.writeByte(state.kind().id());
    body.writeString(state.name());
    writeField(state.namespace(), body);
    writeField(state.userKey(), body);
    writeField(state.value(), body);
    StateTtl ttl = state.ttl();
    if (ttl == null) {
      body.writeLong(0);
      Properties.writeNone(body);
    } else {
      body.writeLong(ttl.millis());
      Properties.write(
          body,
          Map.of(
              TTL_TIME, new byte[] {(byte) ttl.time().id()},
              TTL_REFRESH, new byte[] {(byte) ttl.refresh().id()}));
    }
  }

  private static void writeEventTime(@Nullable EventTime time, BinaryOutput body) {
    if (time == null) {
      Properties.writeNone(body);
    } else {
      BinaryOutput value = new BinaryOutput();
      value.writeLong(time.origin());
      value.writeLong(time.watermark());
      Properties.write(body, Map.of(EVENT_TIME, value.toByteArray()));
    }
  }

  private static @Nullable EventTime readEventTime(BinaryInput body) {
    BinaryInput value = Properties.read(body).get(EVENT_TIME);
    if (value == null) {
      return null;
    }
    EventTime time = new EventTime(value.readLong(), value.readLong());
    checkEnd(EVENT_TIME, value);
    return time;
  }

  private static void checkEnd(String property, BinaryInput value) {
    if (value.remaining() != 0) {
      throw new CorruptStateException(
          "property is longer than it should be: name=" + property + ", left=" + value.remaining());
    }
  }

  private static void writeField(FieldMeta field, BinaryOutput body) {
    body.writeString(field.schema().toString());
    body.writeInt(field.fixedLength());
  }

  static Found read(StorageInput in, String file) {
    BinaryInput body = ENVELOPE.read(in, file);
    long end = Envelope.OVERHEAD + (long) body.remaining();
    try {
      return new Found(readBody(body, file), end);
    } catch (CorruptStateException | IllegalArgumentException e) {
      throw new CorruptStateException(
          "header of a snapshot is damaged: " + e.getMessage(), file, body.position(), e);
    }
  }

  private static SnapshotHeader readBody(BinaryInput body, String file) {
    int encryption = Byte.toUnsignedInt(body.readByte());
    byte[] encryptionReserved = body.readBytes(ENCRYPTION_RESERVED_LENGTH);
    for (byte reserved : encryptionReserved) {
      if (encryption != ENCRYPTION_NONE || reserved != 0) {
        throw new IncompatibleStateException(
            "snapshot is encrypted in a way that this library does not read: found encryption="
                + encryption
                + ", supported=0 (none), file="
                + file
                + "; use the library that wrote it, or a newer one");
      }
    }
    Compression compression = readCompression(body, file);
    long checkpointId = body.readLong();
    String operatorId = body.readString();
    int subtask = body.readInt();
    int parallelism = body.readInt();
    int maxParallelism = body.readInt();
    KeyGroupRange keyGroups = new KeyGroupRange(body.readInt(), body.readInt());
    FieldMeta key = readField(body);
    int stateCount = body.readLength();
    List<StateMeta> states = new ArrayList<>();
    for (int i = 0; i < stateCount; i++) {
      states.add(readState(body, file));
    }
    EventTime eventTime = readEventTime(body);
    if (body.remaining() != 0) {
      throw new CorruptStateException("bytes left over: count=" + body.remaining());
    }
    return new SnapshotHeader(
        checkpointId,
        operatorId,
        subtask,
        parallelism,
        maxParallelism,
        keyGroups,
        key,
        compression,
        states,
        eventTime);
  }

  private static Compression readCompression(BinaryInput body, String file) {
    int id = Byte.toUnsignedInt(body.readByte());
    if (!Compression.isId(id)) {
      throw new IncompatibleStateException(
          "snapshot is compressed in a way that this library does not read: found compression="
              + id
              + ", supported=0 (none), 1 (LZ4), file="
              + file
              + "; use the library that wrote it, or a newer one");
    }
    return Compression.ofId(id);
  }

  private static StateMeta readState(BinaryInput body, String file) {
    StateKind kind = StateKind.ofId(Byte.toUnsignedInt(body.readByte()));
    String name = body.readString();
    FieldMeta namespace = readField(body);
    FieldMeta userKey = readField(body);
    FieldMeta value = readField(body);
    long ttlMillis = body.readLong();
    Map<String, BinaryInput> properties = Properties.read(body);
    StateTtl ttl = ttlMillis == 0 ? null : readTtl(ttlMillis, properties, name, file);
    return new StateMeta(name, kind, namespace, userKey, value, ttl);
  }

  private static StateTtl readTtl(
      long millis, Map<String, BinaryInput> properties, String state, String file) {
    String where = "state=" + state + ", file=" + file;
    return new StateTtl(
        Duration.ofMillis(millis),
        choice(StateTtl.Time.values(), StateTtl.Time::id, TTL_TIME, properties, where),
        choice(StateTtl.Refresh.values(), StateTtl.Refresh::id, TTL_REFRESH, properties, where));
  }

  private static <E> E choice(
      E[] choices,
      ToIntFunction<E> idOf,
      String property,
      Map<String, BinaryInput> properties,
      String where) {
    BinaryInput value = properties.get(property);
    if (value == null) {
      throw new CorruptStateException(
          "a time to live lacks a property: name=" + property + ", " + where);
    }
    int id = Byte.toUnsignedInt(value.readByte());
    checkEnd(property, value);
    for (E choice : choices) {
      if (idOf.applyAsInt(choice) == id) {
        return choice;
      }
    }
    throw new IncompatibleStateException(
        "state has a time to live of a kind that this library does not read: found %s=%d, supported=0 to %d, %s; use the library that wrote it, or a newer one"
            .formatted(property, id, choices.length - 1, where));
  }

  private static FieldMeta readField(BinaryInput body) {
    return new FieldMeta(TypeSchema.parse(body.readString()), body.readInt());
  }
}
