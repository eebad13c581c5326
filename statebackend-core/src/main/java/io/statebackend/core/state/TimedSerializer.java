// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.MigrationReader;

/**
 * Writes values with a time to live: the time, then the value. It is all that engines know of it.
 *
 * <pre>
 * timed := stamp:i64 value
 * </pre>
 *
 * @param <V> the type of the values
 */
final class TimedSerializer<V> implements TypeSerializer<Timed<V>> {
  /** The word of the schema, as docs/format/serialized-types-v1.md has it. */
  static final String WORD = "timed";

  static final int STAMP_BYTES = Long.BYTES;

  private final TypeSerializer<V> values;
  private final StateTtl ttl;
  private final boolean isImmutable;

  TimedSerializer(TypeSerializer<V> values, StateTtl ttl) {
    this.values = values;
    this.ttl = ttl;
    this.isImmutable = values.isImmutable();
  }

  static boolean isTimed(TypeSchema schema) {
    return schema.type().equals(WORD) && schema.members().size() == 1;
  }

  /** Returns the schema of what a timed value holds besides its time. */
  static TypeSchema untimed(TypeSchema schema) {
    TypeSchema inner = isTimed(schema) ? schema.members().get(0).schema() : null;
    return inner == null ? schema : inner;
  }

  StateTtl ttl() {
    return ttl;
  }

  TypeSerializer<V> values() {
    return values;
  }

  @Override
  public void serialize(Timed<V> timed, BinaryOutput out) {
    out.writeLong(timed.stamp());
    values.serialize(timed.value(), out);
  }

  @Override
  public Timed<V> deserialize(BinaryInput in) {
    return new Timed<>(in.readLong(), values.deserialize(in));
  }

  @Override
  public boolean isImmutable() {
    return isImmutable;
  }

  @Override
  public TypeSerializer<Timed<V>> duplicate() {
    TypeSerializer<V> own = values.duplicate();
    return own == values ? this : new TimedSerializer<>(own, ttl);
  }

  @Override
  public Timed<V> copy(Timed<V> timed) {
    return isImmutable ? timed : new Timed<>(timed.stamp(), values.copy(timed.value()));
  }

  @Override
  public int fixedLength() {
    return lengthWithStamp(values);
  }

  private static int lengthWithStamp(TypeSerializer<?> values) {
    return values.fixedLength() < 0 ? VARIABLE_LENGTH : STAMP_BYTES + values.fixedLength();
  }

  @Override
  public TypeSchema schema() {
    return TypeSchema.of(WORD, values.schema());
  }

  /** {@inheritDoc} For a stored form with times; {@link TimeMigration} knows the others. */
  @Override
  public Compatibility<Timed<V>> compatibility(TypeSchema stored) {
    return TimeMigration.compatibility(this, stored, ttl.time(), 0);
  }

  /** Reads what was stored with times or without, and gives times where there are none to keep. */
  static final class Reader<V> implements MigrationReader<Timed<V>> {
    private final TypeSerializer<V> values;
    private final boolean isStoredTimed;
    private final boolean keepsTimes;
    private final long since;

    /**
     * Creates a reader.
     *
     * @param since the time of those that get one
     */
    Reader(TypeSerializer<V> values, boolean isStoredTimed, boolean keepsTimes, long since) {
      this.values = values;
      this.isStoredTimed = isStoredTimed;
      this.keepsTimes = keepsTimes;
      this.since = since;
    }

    @Override
    public Timed<V> deserialize(BinaryInput in) {
      long stored = isStoredTimed ? in.readLong() : since;
      return new Timed<>(keepsTimes ? stored : since, values.deserialize(in));
    }

    @Override
    public int fixedLength() {
      return isStoredTimed ? lengthWithStamp(values) : values.fixedLength();
    }

    @Override
    public TypeSchema schema() {
      return isStoredTimed ? TypeSchema.of(WORD, values.schema()) : values.schema();
    }
  }

  /** Reads what was stored with times, and leaves them out. */
  static final class Stripping<V> implements MigrationReader<V> {
    private final TypeSerializer<V> values;

    Stripping(TypeSerializer<V> values) {
      this.values = values;
    }

    @Override
    public V deserialize(BinaryInput in) {
      long unused = in.readLong();
      return values.deserialize(in);
    }

    @Override
    public int fixedLength() {
      return lengthWithStamp(values);
    }

    @Override
    public TypeSchema schema() {
      return TypeSchema.of(WORD, values.schema());
    }
  }
}
