// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A serializer that throws at the n-th of its calls, half-way: some bytes are written, or read. It
 * may be any throwable, as what runs out in it, memory or the stack, is an error.
 */
final class ExplodingSerializer<T> implements TypeSerializer<T> {
  private final TypeSerializer<T> inner;
  private final Fuse fuse;

  /** Counts the calls of all serializers that share it. Thread-safe. */
  static final class Fuse {
    private final AtomicInteger callsLeft = new AtomicInteger(Integer.MAX_VALUE);
    private volatile @Nullable Throwable thrown;

    /** Lets the n-th call from now on throw, and then none. */
    void light(int n, Throwable throwable) {
      thrown = throwable;
      callsLeft.set(n);
    }

    /** Lets no call throw. */
    void putOut() {
      callsLeft.set(Integer.MAX_VALUE);
    }

    /** Tells whether a throwable is that which a call has thrown, or was caused by it. */
    boolean hasCaused(Throwable found) {
      for (Throwable t = found; t != null; t = t.getCause()) {
        if (t == thrown) {
          return true;
        }
      }
      return false;
    }

    private boolean burnsDown() {
      return callsLeft.decrementAndGet() == 0;
    }

    private void explode() {
      ExplodingSerializer.throwAny(thrown);
    }
  }

  ExplodingSerializer(TypeSerializer<T> inner, Fuse fuse) {
    this.inner = inner;
    this.fuse = fuse;
  }

  /** Throws an unchecked throwable. */
  private static void throwAny(@Nullable Throwable throwable) {
    if (throwable instanceof Error error) {
      throw error;
    }
    if (throwable instanceof RuntimeException exception) {
      throw exception;
    }
    throw new IllegalStateException("no throwable was set", throwable);
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    if (fuse.burnsDown()) {
      out.writeLong(-1);
      out.writeByte(7);
      fuse.explode();
    }
    inner.serialize(value, out);
  }

  @Override
  public T deserialize(BinaryInput in) {
    if (fuse.burnsDown()) {
      in.skip(Math.min(1, in.remaining()));
      fuse.explode();
    }
    return inner.deserialize(in);
  }

  @Override
  public T copy(T value) {
    if (fuse.burnsDown()) {
      fuse.explode();
    }
    return inner.copy(value);
  }

  @Override
  public boolean isImmutable() {
    return inner.isImmutable();
  }

  @Override
  public int fixedLength() {
    return inner.fixedLength();
  }

  @Override
  public long stableHash(T value) {
    if (fuse.burnsDown()) {
      fuse.explode();
    }
    return inner.stableHash(value);
  }

  @Override
  public boolean equal(T a, T b) {
    if (fuse.burnsDown()) {
      fuse.explode();
    }
    return inner.equal(a, b);
  }

  @Override
  public TypeSchema schema() {
    return inner.schema();
  }
}
