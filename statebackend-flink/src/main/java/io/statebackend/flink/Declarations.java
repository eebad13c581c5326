// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSchemaCompatibility;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializerSnapshot;
import org.apache.flink.runtime.state.RegisteredKeyValueStateBackendMetaInfo;
import org.apache.flink.util.StateMigrationException;

/** Compares what a program declares with what is there, by the rules of Flink. */
final class Declarations {
  private Declarations() {}

  /**
   * Updates the description of a state that is declared again, or was restored.
   *
   * @return whether its values have to be migrated
   * @throws StateMigrationException if the types do not fit
   */
  static <N, SV> boolean update(
      RegisteredKeyValueStateBackendMetaInfo<N, SV> meta,
      TypeSerializer<N> namespaceSerializer,
      StateDescriptor<?, SV> declared)
      throws StateMigrationException {
    TypeSerializer<N> previousNamespaces = meta.getNamespaceSerializer();
    TypeSerializerSchemaCompatibility<N> ofNamespaces =
        meta.updateNamespaceSerializer(namespaceSerializer);
    if (ofNamespaces.isCompatibleAfterMigration() || ofNamespaces.isIncompatible()) {
      throw new StateMigrationException(
          "The new namespace serializer (%s) must be compatible with the old namespace serializer (%s): state='%s'."
              .formatted(namespaceSerializer, previousNamespaces, meta.getName()));
    }
    meta.checkStateMetaInfo(declared);
    TypeSerializer<SV> previous = meta.getStateSerializer();
    TypeSerializerSchemaCompatibility<SV> ofValues =
        meta.updateStateSerializer(declared.getSerializer());
    if (ofValues.isIncompatible()) {
      throw new StateMigrationException(
          "The new state serializer (%s) must not be incompatible with the old state serializer (%s): state='%s'."
              .formatted(declared.getSerializer(), previous, meta.getName()));
    }
    if (!ofValues.isCompatibleAfterMigration()) {
      return false;
    }
    if (declared.getType() == StateDescriptor.Type.MAP && !areUserKeysTheSame(meta)) {
      throw new StateMigrationException(
          "The user keys of a map are of another form, and only values can be migrated: state='%s'."
              .formatted(meta.getName()));
    }
    return true;
  }

  private static boolean areUserKeysTheSame(RegisteredKeyValueStateBackendMetaInfo<?, ?> meta) {
    return meta.getPreviousStateSerializerSnapshot() instanceof MapSerializerSnapshot<?, ?> stored
        && meta.getStateSerializer() instanceof MapSerializer<?, ?> maps
        && isSame(maps.getKeySerializer(), stored.getKeySerializerSnapshot());
  }

  @SuppressWarnings("unchecked") // both are of the user keys of one state
  private static <UK> boolean isSame(
      TypeSerializer<UK> serializer, TypeSerializerSnapshot<?> stored) {
    return serializer
        .snapshotConfiguration()
        .resolveSchemaCompatibility((TypeSerializerSnapshot<UK>) stored)
        .isCompatibleAsIs();
  }
}
