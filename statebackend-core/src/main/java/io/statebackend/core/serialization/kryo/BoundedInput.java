// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;

/**
 * The bytes of one object graph for Kryo. A number that Kryo takes for a length, a count or an id
 * is never more than there are bytes, so that a damaged one is found before an array of its size is
 * allocated.
 */
public final class BoundedInput extends Input {
  /** Room for the ids of classes in a short graph. */
  private static final int ID_MAX = 1 << 12;

  private int windowLength;

  /** Moves the window. */
  void reset(byte[] bytes, int from, int length) {
    setBuffer(bytes, from, length);
    windowLength = length;
  }

  @Override
  public int readVarInt(boolean optimizePositive) {
    int value = super.readVarInt(optimizePositive);
    return optimizePositive ? checkCount(value) : value;
  }

  @Override
  public int readVarIntFlag(boolean optimizePositive) {
    int value = super.readVarIntFlag(optimizePositive);
    return optimizePositive ? checkCount(value) : value;
  }

  /** Reads a number that is no count, as those of {@code java.time}. */
  @Override
  public int readInt(boolean optimizePositive) {
    return super.readVarInt(optimizePositive);
  }

  private int checkCount(int value) {
    if (value < 0 || value > Math.max(windowLength, ID_MAX)) {
      throw new KryoException(
          "a count exceeds the bytes: count="
              + Integer.toUnsignedString(value)
              + ", bytes="
              + windowLength);
    }
    return value;
  }
}
