// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.StateMeta;

/**
 * One state in one restored snapshot.
 *
 * @param operatorId the operator, for messages
 * @param snapshot the snapshot
 * @param index the index of the state in the snapshot
 */
record RestoredState(String operatorId, SnapshotReader snapshot, int index) {

  StateMeta meta() {
    return snapshot.header().states().get(index);
  }

  /**
   * Returns the entries of a key group in the form of the declared serializers, migrated if need
   * be.
   *
   * @throws IncompatibleStateException if they cannot be
   */
  <U, V> EntrySource entries(
      int keyGroup, TypeSerializer<U> userKeySerializer, TypeSerializer<V> valueSerializer) {
    EntrySource stored = snapshot.entries(index, keyGroup);
    TypeSerializer<U> userKeyReader = reader("map key", userKeySerializer, meta().userKey());
    TypeSerializer<V> valueReader = reader("value", valueSerializer, meta().value());
    if (userKeyReader == userKeySerializer && valueReader == valueSerializer) {
      return stored;
    }
    return new MigratingEntrySource<>(
        stored,
        MigratingEntrySource.Layout.of(meta().kind()),
        new MigratingEntrySource.Conversion<>(userKeyReader, userKeySerializer),
        new MigratingEntrySource.Conversion<>(valueReader, valueSerializer));
  }

  /** Adds where it happened to damage that a serializer found, and knows nothing of the file. */
  CorruptStateException located(CorruptStateException damage) {
    return damage.file() != null
        ? damage
        : new CorruptStateException(
            "state '%s' of operator '%s' cannot be read by its serializer: %s"
                .formatted(meta().name(), operatorId, damage.getMessage()),
            snapshot.file(),
            CorruptStateException.UNKNOWN_OFFSET,
            damage);
  }

  /**
   * Decides, before any entry is read, whether the state can become what is declared.
   *
   * @throws IncompatibleStateException if it cannot
   */
  void check(
      StateKind kind,
      TypeSerializer<?> namespaceSerializer,
      TypeSerializer<?> userKeySerializer,
      TypeSerializer<?> valueSerializer) {
    if (meta().kind() != kind) {
      throw new IncompatibleStateException(
          ("state '%s' of operator '%s' is of another kind than the restored one: restored=%s,"
                  + " declared=%s; declare it as it was, or give the new state another name")
              .formatted(meta().name(), operatorId, meta().kind(), kind));
    }
    checkAsIs(
        operatorId,
        "namespace of state '" + meta().name() + "'",
        namespaceSerializer,
        meta().namespace());
    Object unusedKey = reader("map key", userKeySerializer, meta().userKey());
    Object unusedValue = reader("value", valueSerializer, meta().value());
  }

  /**
   * Decides whether stored keys or namespaces can be used: their bytes and hashes must not change.
   *
   * @throws IncompatibleStateException if they cannot
   */
  static void checkAsIs(
      String operatorId, String what, TypeSerializer<?> serializer, FieldMeta stored) {
    Compatibility<?> answer = serializer.compatibility(stored.schema());
    if (!(answer instanceof Compatibility.AsIs)
        || serializer.fixedLength() != stored.fixedLength()) {
      String reason =
          answer instanceof Compatibility.Incompatible<?> incompatible
              ? incompatible.reason()
              : "keys and namespaces cannot be migrated, their bytes must stay the same";
      throw new IncompatibleStateException(
          "the %s of operator '%s' has another type than the restored one: restored=%s, declared=%s; %s"
              .formatted(what, operatorId, stored.schema(), serializer.schema(), reason));
    }
  }

  private <T> TypeSerializer<T> reader(
      String what, TypeSerializer<T> serializer, FieldMeta stored) {
    Compatibility<T> answer = serializer.compatibility(stored.schema());
    if (answer instanceof Compatibility.Incompatible<T> incompatible) {
      throw incompatible(what, serializer, stored, incompatible.reason());
    }
    TypeSerializer<T> reader =
        answer instanceof Compatibility.AfterMigration<T> migration
            ? migration.reader()
            : serializer;
    if (reader.fixedLength() != stored.fixedLength()) {
      throw incompatible(
          what,
          serializer,
          stored,
          "its serialized length is %d, that of its reader is %d"
              .formatted(stored.fixedLength(), reader.fixedLength()));
    }
    return reader;
  }

  private IncompatibleStateException incompatible(
      String what, TypeSerializer<?> serializer, FieldMeta stored, String reason) {
    return new IncompatibleStateException(
        "the %s of state '%s' of operator '%s' cannot be read: restored=%s, declared=%s; %s"
            .formatted(
                what, meta().name(), operatorId, stored.schema(), serializer.schema(), reason));
  }
}
