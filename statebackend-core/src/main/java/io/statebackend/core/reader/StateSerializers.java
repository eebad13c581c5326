// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.Compatibility;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.StateMeta;
import org.jspecify.annotations.Nullable;

/**
 * What reads the parts of a state's entries. A part without a serializer is read as its schema
 * tells, by {@link Serializers#ofSchema}.
 *
 * @param key the serializer of the keys, or {@code null} to read them by their schema
 * @param namespace that of the namespaces, or {@code null}
 * @param userKey that of the keys inside maps, or {@code null}
 * @param value that of the values, elements or accumulators, or {@code null}; without the times of
 *     state that has a time to live
 */
public record StateSerializers(
    @Nullable TypeSerializer<?> key,
    @Nullable TypeSerializer<?> namespace,
    @Nullable TypeSerializer<?> userKey,
    @Nullable TypeSerializer<?> value) {

  /** Everything is read as its schema tells. */
  public static final StateSerializers OF_SCHEMA = new StateSerializers(null, null, null, null);

  /**
   * Everything is handed out as its bytes, a {@code byte[]}. For types that no serializer here
   * knows.
   */
  public static final StateSerializers RAW =
      new StateSerializers(
          RawSerializer.ALL, RawSerializer.ALL, RawSerializer.ALL, RawSerializer.ALL);

  /** What reads the entries of one state in one snapshot. */
  record Readers(
      TypeSerializer<?> key,
      TypeSerializer<?> namespace,
      TypeSerializer<?> userKey,
      TypeSerializer<?> value) {}

  /**
   * Chooses what reads a state.
   *
   * @throws IncompatibleStateException if a type is not known, or a serializer cannot read it
   */
  Readers readers(String operatorId, TypeSchema keySchema, StateMeta meta) {
    String state = "state '%s' of operator '%s'".formatted(meta.name(), operatorId);
    return new Readers(
        reader(key, keySchema, "keys of " + state),
        reader(namespace, meta.namespace().schema(), "namespaces of " + state),
        reader(userKey, meta.userKey().schema(), "map keys of " + state),
        reader(value, StoredState.untimed(meta), "values of " + state));
  }

  private static TypeSerializer<?> reader(
      @Nullable TypeSerializer<?> serializer, TypeSchema stored, String what) {
    if (serializer == null) {
      return ofSchema(stored, what);
    }
    return serializer == RawSerializer.ALL ? serializer : chosen(serializer, stored, what);
  }

  private static TypeSerializer<?> ofSchema(TypeSchema stored, String what) {
    try {
      return Serializers.ofSchema(stored);
    } catch (IllegalArgumentException e) {
      throw new IncompatibleStateException(
          "the %s are of a type that is not known here: %s; read them with the program's own serializer, or as bytes"
              .formatted(what, stored),
          e);
    }
  }

  private static <T> TypeSerializer<?> chosen(
      TypeSerializer<T> serializer, TypeSchema stored, String what) {
    requireNonNull(serializer, "serializer");
    Compatibility<T> answer = serializer.compatibility(stored);
    if (answer instanceof Compatibility.Incompatible<T> incompatible) {
      throw new IncompatibleStateException(
          "the %s cannot be read by this serializer: %s; stored type: %s"
              .formatted(what, incompatible.reason(), stored));
    }
    return answer instanceof Compatibility.AfterMigration<T> migration
        ? migration.reader()
        : serializer;
  }
}
