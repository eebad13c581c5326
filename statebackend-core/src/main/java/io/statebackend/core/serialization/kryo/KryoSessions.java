// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.io.Output;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The Kryos of one serializer. A call takes one and gives it back if it succeeds; one that failed
 * half-way may be in any state, and is dropped. They belong to the serializer and not to threads: a
 * thread that lives on keeps no class of a program that is gone.
 */
final class KryoSessions {
  /** Threads that use a serializer at the same time each find one, mostly the same as before. */
  private static final int KEPT_MAX = 8;

  private static final int BUFFER_KEPT_BYTES_MAX = 1 << 16;
  private static final byte[] NO_BYTES = {};

  private final AtomicReferenceArray<@Nullable Session> idle = new AtomicReferenceArray<>(KEPT_MAX);

  private final Supplier<RegisteredOnlyKryo> kryos;

  KryoSessions(Supplier<RegisteredOnlyKryo> kryos) {
    this.kryos = kryos;
  }

  /**
   * What one call uses.
   *
   * @param kryo writes, reads and copies
   * @param input what it reads from
   * @param output what it writes to; empty
   */
  record Session(RegisteredOnlyKryo kryo, BoundedInput input, Output output) {}

  /** Takes one that nobody uses. */
  Session take() {
    @Nullable Session session = idle.getAndSet(slot(), null);
    return session == null
        ? new Session(kryos.get(), new BoundedInput(), new Output(1 << 10, -1))
        : session;
  }

  /** Keeps one for later calls. */
  void giveBack(Session session) {
    session.input.reset(NO_BYTES, 0, 0);
    Output output = session.output;
    output.reset();
    if (output.getBuffer().length > BUFFER_KEPT_BYTES_MAX) {
      output.setBuffer(new byte[1 << 10], -1);
    }
    idle.set(slot(), session);
  }

  @SuppressWarnings("deprecation") // The name of JDK 19 and later is another one.
  private static int slot() {
    return (int) Thread.currentThread().getId() & (KEPT_MAX - 1);
  }
}
