// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.core.serialization.Serializers;
import java.util.Arrays;

/**
 * The bytes of a timer, as tables hold them. Their unsigned order is the order of time.
 *
 * <pre>
 * timer := timestamp:i64, its sign bit inverted; field(key) namespace
 * </pre>
 */
final class TimerBytes {
  private TimerBytes() {}

  /** Writes a timer, given its key and namespace in serialized form. */
  static void write(
      long timestamp, int keyLength, BinaryInput key, BinaryInput namespace, BinaryOutput out) {
    writeStart(timestamp, keyLength, key.array(), key.position(), key.remaining(), out);
    out.write(namespace.array(), namespace.position(), namespace.remaining());
  }

  /** Writes a timer up to its namespace. */
  static void writeStart(
      long timestamp, int keyLength, byte[] key, int offset, int length, BinaryOutput out) {
    out.writeLong(timestamp ^ Long.MIN_VALUE);
    Field.writeBytes(keyLength, key, offset, length, out);
  }

  /** Returns the timestamp of a timer. */
  static long timestamp(byte[] timer) {
    return readTimestamp(new BinaryInput(timer));
  }

  /** Reads the timestamp, with which a timer begins; {@link Field#length} of the key is next. */
  static long readTimestamp(BinaryInput timer) {
    return timer.readLong() ^ Long.MIN_VALUE;
  }

  /** Compares timers by time; those of the same time have an order too. */
  static int compare(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, b);
  }

  /** Timers as the user keys of a map: byte arrays that nobody changes, and so need no copies. */
  static final class Serializer implements TypeSerializer<byte[]> {

    @Override
    public void serialize(byte[] value, BinaryOutput out) {
      Serializers.BYTES.serialize(value, out);
    }

    @Override
    public byte[] deserialize(BinaryInput in) {
      byte[] timer = Serializers.BYTES.deserialize(in);
      if (timer.length < Long.BYTES) {
        throw new CorruptStateException(
            "timer is cut short: expected bytes=%d or more, actual=%d"
                .formatted(Long.BYTES, timer.length));
      }
      return timer;
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public long stableHash(byte[] value) {
      return Serializers.BYTES.stableHash(value);
    }

    @Override
    public boolean equal(byte[] a, byte[] b) {
      return Arrays.equals(a, b);
    }

    @Override
    public TypeSchema schema() {
      return Serializers.BYTES.schema();
    }
  }
}
