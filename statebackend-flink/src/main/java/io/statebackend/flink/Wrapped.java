// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateSerializerException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.ByteSerializer;
import org.apache.flink.api.common.typeutils.base.CharSerializer;
import org.apache.flink.api.common.typeutils.base.DoubleSerializer;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.ShortSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * A serializer of Flink's as one of ours. What it writes is what Flink's writes, byte for byte, but
 * for {@link OfVoidNamespace}.
 *
 * <p>Types that engines can keep as numbers, or more compactly, have classes of their own. All
 * others are of variable length here, whatever Flink's serializer says, since not all say it right.
 * Serializers of Flink are not thread-safe, so nor are these: {@link #duplicate} is for that.
 *
 * @param <T> the type of the values
 */
class Wrapped<T> implements TypeSerializer<T> {
  private static final TypeSchema SCHEMA = TypeSchema.of("flink");

  private org.apache.flink.api.common.typeutils.TypeSerializer<T> flink;
  private final boolean isImmutable;
  private final OutputView output = new OutputView();
  private final InputView input = new InputView();
  private final BinaryOutput scratch = new BinaryOutput();
  private final BinaryOutput otherScratch = new BinaryOutput();

  Wrapped(org.apache.flink.api.common.typeutils.TypeSerializer<T> flink) {
    this.flink = flink;
    this.isImmutable = flink.isImmutableType();
  }

  /** Wraps a serializer, which is used by this wrapper alone from now on. */
  @SuppressWarnings("unchecked") // what a serializer of a class serializes is known by its class
  static <T> Wrapped<T> of(org.apache.flink.api.common.typeutils.TypeSerializer<T> flink) {
    if (flink instanceof LongSerializer longs) {
      return (Wrapped<T>) new Numbers.OfLong(longs);
    }
    if (flink instanceof IntSerializer ints) {
      return (Wrapped<T>) new Numbers.OfInt(ints);
    }
    if (flink instanceof ShortSerializer shorts) {
      return (Wrapped<T>) new Numbers.OfShort(shorts);
    }
    if (flink instanceof ByteSerializer bytes) {
      return (Wrapped<T>) new Numbers.OfByte(bytes);
    }
    if (flink instanceof CharSerializer chars) {
      return (Wrapped<T>) new Numbers.OfChar(chars);
    }
    if (flink instanceof BooleanSerializer booleans) {
      return (Wrapped<T>) new Numbers.OfBoolean(booleans);
    }
    if (flink instanceof DoubleSerializer doubles) {
      return (Wrapped<T>) new Numbers.OfDouble(doubles);
    }
    if (flink instanceof FloatSerializer floats) {
      return (Wrapped<T>) new Numbers.OfFloat(floats);
    }
    if (flink instanceof StringSerializer strings) {
      return (Wrapped<T>) new WrappedStrings(strings);
    }
    if (flink instanceof VoidNamespaceSerializer) {
      return (Wrapped<T>) new OfVoidNamespace();
    }
    if (flink instanceof TimeWindow.Serializer windows) {
      return (Wrapped<T>) new OfTimeWindow(windows);
    }
    return new Wrapped<>(flink);
  }

  /** Returns the serializer that is wrapped, which is not to be used while this one is in use. */
  final org.apache.flink.api.common.typeutils.TypeSerializer<T> flink() {
    return flink;
  }

  /**
   * Goes on with another serializer that reads what the present one writes. Duplicates that images
   * have keep the one that they have.
   *
   * @return whether the form is the same for engines too; if not, nothing is changed
   */
  final boolean replace(Wrapped<T> other) {
    if (!isSameForm(other)) {
      return false;
    }
    flink = other.flink;
    return true;
  }

  final boolean isSameForm(Wrapped<T> other) {
    return other.getClass() == getClass() && other.isImmutable == isImmutable;
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    try {
      flink.serialize(value, output.to(out));
    } catch (IOException e) {
      throw new StateSerializerException(
          "cannot write a value: serializer=%s, reason=%s".formatted(flink, e), e);
    }
  }

  @Override
  public T deserialize(BinaryInput in) {
    try {
      return flink.deserialize(input.of(in));
    } catch (EOFException e) {
      throw new CorruptStateException(
          "value is cut short: serializer=%s, reason=%s".formatted(flink, e.getMessage()));
    } catch (IOException e) {
      throw new StateSerializerException(
          "cannot read a value: serializer=%s, reason=%s".formatted(flink, e), e);
    }
  }

  /** Moves behind a value. */
  void skip(BinaryInput in) {
    if (fixedLength() >= 0) {
      in.skip(fixedLength());
    } else {
      T unused = deserialize(in);
    }
  }

  @Override
  public boolean isImmutable() {
    return isImmutable;
  }

  @Override
  public T copy(T value) {
    return isImmutable ? value : flink.copy(value);
  }

  @Override
  public long stableHash(T value) {
    scratch.reset();
    serialize(value, scratch);
    return StableHash.ofBytes(scratch.array(), 0, scratch.position());
  }

  /** {@inheritDoc} That is decided by bytes, since not every class has an {@code equals}. */
  @Override
  public boolean equal(T a, T b) {
    if (a.equals(b)) {
      return true;
    }
    scratch.reset();
    serialize(a, scratch);
    otherScratch.reset();
    serialize(b, otherScratch);
    return Arrays.equals(
        scratch.array(), 0, scratch.position(), otherScratch.array(), 0, otherScratch.position());
  }

  @Override
  public Wrapped<T> duplicate() {
    return new Wrapped<>(flink.duplicate());
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }

  @Override
  public String toString() {
    return flink.toString();
  }

  /** The namespace of state without namespaces: no bytes, where Flink has one that is zero. */
  static final class OfVoidNamespace extends Wrapped<org.apache.flink.runtime.state.VoidNamespace> {
    OfVoidNamespace() {
      super(VoidNamespaceSerializer.INSTANCE);
    }

    @Override
    public void serialize(org.apache.flink.runtime.state.VoidNamespace value, BinaryOutput out) {}

    @Override
    public org.apache.flink.runtime.state.VoidNamespace deserialize(BinaryInput in) {
      return org.apache.flink.runtime.state.VoidNamespace.INSTANCE;
    }

    @Override
    public int fixedLength() {
      return 0;
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public long stableHash(org.apache.flink.runtime.state.VoidNamespace value) {
      return 0;
    }

    @Override
    public OfVoidNamespace duplicate() {
      return this;
    }
  }

  /** Windows of time as two numbers. */
  static final class OfTimeWindow extends Wrapped<TimeWindow> {
    OfTimeWindow(TimeWindow.Serializer windows) {
      super(windows);
    }

    @Override
    public void serialize(TimeWindow value, BinaryOutput out) {
      out.writeLong(value.getStart());
      out.writeLong(value.getEnd());
    }

    @Override
    public TimeWindow deserialize(BinaryInput in) {
      return new TimeWindow(in.readLong(), in.readLong());
    }

    @Override
    public int fixedLength() {
      return 2 * Long.BYTES;
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public TimeWindow copy(TimeWindow value) {
      return value;
    }

    @Override
    public boolean equal(TimeWindow a, TimeWindow b) {
      return a.getStart() == b.getStart() && a.getEnd() == b.getEnd();
    }

    @Override
    public long stableHash(TimeWindow value) {
      return StableHash.ofLong(value.getStart())
          + Long.rotateLeft(StableHash.ofLong(value.getEnd()), 1);
    }

    @Override
    public OfTimeWindow duplicate() {
      return this;
    }
  }
}
