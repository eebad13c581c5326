// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSerializer;
import java.lang.ref.WeakReference;

/**
 * The hash of serialized bytes, through a buffer that each thread keeps until the next collection
 * of garbage. A thread may outlive the class loader of this class, and must not hold it.
 */
public final class SerializedHash {
  private static final int KEPT_BYTES_MAX = 1 << 16;
  private static final ThreadLocal<WeakReference<BinaryOutput>> BUFFER = new ThreadLocal<>();

  private SerializedHash() {}

  public static <T> long of(TypeSerializer<T> serializer, T value) {
    BinaryOutput out = buffer();
    // A serializer may ask for the hash of a part while it writes: each call uses the end only.
    int from = out.position();
    try {
      serializer.serialize(value, out);
      return StableHash.ofBytes(out.array(), from, out.position() - from);
    } finally {
      out.truncate(from);
      if (from == 0 && out.array().length > KEPT_BYTES_MAX) {
        BUFFER.remove();
      }
    }
  }

  private static BinaryOutput buffer() {
    WeakReference<BinaryOutput> kept = BUFFER.get();
    BinaryOutput buffer = kept == null ? null : kept.get();
    if (buffer == null) {
      buffer = new BinaryOutput();
      BUFFER.set(new WeakReference<>(buffer));
    }
    return buffer;
  }
}
