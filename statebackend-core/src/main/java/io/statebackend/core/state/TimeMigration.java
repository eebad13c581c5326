// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.Compatibility;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Parts;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the times of stored values when a state gets a time to live, loses it, or
 * measures it by another clock. Another duration, or other uses that count, change nothing that is
 * stored.
 */
final class TimeMigration {
  private TimeMigration() {}

  /**
   * Tells whether stored values can be read by a declared serializer.
   *
   * @param storedTime the clock of the stored times, of no meaning if there are none
   * @param since the time that values get which have none by the declared clock
   */
  static <T> Compatibility<T> compatibility(
      TypeSerializer<T> declared,
      TypeSchema stored,
      StateTtl.@Nullable Time storedTime,
      long since) {
    boolean isStoredTimed = TimedSerializer.isTimed(stored);
    if (declared instanceof TimedSerializer<?> timed) {
      return cast(timed(timed, stored, isStoredTimed, storedTime, since));
    }
    if (isStoredTimed && !TimedSerializer.isTimed(declared.schema())) {
      Compatibility<T> inner = declared.compatibility(TimedSerializer.untimed(stored));
      return inner instanceof Compatibility.AsIs<T>
          ? Compatibility.afterMigration(new TimedSerializer.Stripping<>(declared))
          : Parts.compose(inner, TimedSerializer.Stripping::new);
    }
    return declared.compatibility(stored);
  }

  private static <V> Compatibility<Timed<V>> timed(
      TimedSerializer<V> declared,
      TypeSchema stored,
      boolean isStoredTimed,
      StateTtl.@Nullable Time storedTime,
      long since) {
    Compatibility<V> inner = declared.values().compatibility(TimedSerializer.untimed(stored));
    boolean keepsTimes = isStoredTimed && storedTime == declared.ttl().time();
    if (inner instanceof Compatibility.AsIs<V> && !keepsTimes) {
      return Compatibility.afterMigration(
          new TimedSerializer.Reader<>(declared.values(), isStoredTimed, false, since));
    }
    return Parts.compose(
        inner, reader -> new TimedSerializer.Reader<>(reader, isStoredTimed, keepsTimes, since));
  }

  @SuppressWarnings("unchecked") // the answer is for the serializer that was asked
  private static <T> Compatibility<T> cast(Compatibility<?> answer) {
    return (Compatibility<T>) answer;
  }

  /** Says in words what becomes of the times, or nothing if that is nothing. */
  static String describe(@Nullable StateTtl stored, @Nullable StateTtl declared) {
    if (stored == null && declared == null) {
      return "";
    }
    if (stored == null) {
      return "a time to live is switched on, which counts from the time of the checkpoint:"
          + " declared="
          + declared;
    }
    if (declared == null) {
      return "the time to live is switched off, and what had not been removed stays: stored="
          + stored;
    }
    if (stored.time() != declared.time()) {
      return "the time to live gets another clock, and counts from the time of the checkpoint:"
          + " stored=%s, declared=%s".formatted(stored, declared);
    }
    return stored.equals(declared)
        ? ""
        : "the time to live changes, for what is stored as well: stored=%s, declared=%s"
            .formatted(stored, declared);
  }
}
