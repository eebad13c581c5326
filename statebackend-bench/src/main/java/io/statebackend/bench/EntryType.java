// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.core.serialization.Serializers;

/** The types that a benchmark stores. */
@SuppressWarnings("ImmutableEnumChecker") // entries have no state
public enum EntryType {
  /** A counter. */
  LONG_LONG(
      EntryTypes.longKeyed(
          Long.class, Serializers.LONG, number -> number, Long::longValue, Long::sum)),

  /** A record under a name. */
  STRING_RECORD(
      EntryTypes.stringKeyed(
          Event.class,
          Serializers.record(Event.class),
          EntryTypes::event,
          Event::count,
          Event::plus)),

  /** Bytes that only the program understands. */
  LONG_BYTES128(
      EntryTypes.longKeyed(
          byte[].class,
          Serializers.BYTES,
          EntryTypes::bytes,
          bytes -> bytes[0],
          EntryTypes::combineBytes));

  private final Entries<?, ?> entries;

  EntryType(Entries<?, ?> entries) {
    this.entries = entries;
  }

  Entries<?, ?> entries() {
    return entries;
  }
}
