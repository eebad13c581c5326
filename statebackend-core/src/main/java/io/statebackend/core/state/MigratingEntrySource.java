// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;

/**
 * Entries rewritten from an old serialized form to the current one, one entry at a time.
 *
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
final class MigratingEntrySource<U, V> implements EntrySource {

  /** What the third field of an entry is made of. */
  enum Layout {
    VALUE,
    LIST_PAGE,
    MAP_PAGE;

    static Layout of(StateKind kind) {
      return switch (kind) {
        case VALUE, REDUCING, AGGREGATING, TIMERS -> VALUE;
        case LIST, SPLIT_LIST, UNION_LIST -> LIST_PAGE;
        case MAP, BROADCAST_MAP -> MAP_PAGE;
      };
    }
  }

  /** Reads by one serializer and writes by another. */
  record Conversion<T>(TypeSerializer<T> reader, TypeSerializer<T> writer) {

    void convertField(BinaryInput in, BinaryOutput out) {
      Field.write(writer, Field.read(reader, in), out);
    }

    void convertBare(BinaryInput in, BinaryOutput out) {
      writer.serialize(reader.deserialize(in), out);
    }
  }

  private final EntrySource stored;
  private final Layout layout;
  private final Conversion<U> userKeys;
  private final Conversion<V> values;
  private final BinaryOutput converted = new BinaryOutput();
  private final BinaryInput value = new BinaryInput();

  MigratingEntrySource(
      EntrySource stored, Layout layout, Conversion<U> userKeys, Conversion<V> values) {
    this.stored = stored;
    this.layout = layout;
    this.userKeys = userKeys;
    this.values = values;
  }

  @Override
  public boolean next() {
    if (!stored.next()) {
      return false;
    }
    BinaryInput in = stored.value();
    converted.reset();
    switch (layout) {
      case VALUE -> values.convertBare(in, converted);
      case LIST_PAGE -> {
        while (in.remaining() > 0) {
          values.convertField(in, converted);
        }
      }
      case MAP_PAGE -> {
        while (in.remaining() > 0) {
          userKeys.convertField(in, converted);
          values.convertField(in, converted);
        }
      }
    }
    value.reset(converted.array(), 0, converted.position());
    return true;
  }

  @Override
  public long entryCount() {
    return stored.entryCount();
  }

  @Override
  public BinaryInput key() {
    return stored.key();
  }

  @Override
  public BinaryInput namespace() {
    return stored.namespace();
  }

  @Override
  public BinaryInput value() {
    return value;
  }
}
