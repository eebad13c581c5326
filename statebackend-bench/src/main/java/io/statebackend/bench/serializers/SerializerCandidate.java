// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

/** Whose serializers are measured. */
public enum SerializerCandidate {
  /** The serializers of this library. */
  OURS,
  /** Those that Flink chooses for the same type. */
  FLINK,
  /** Kryo alone, with all classes registered. */
  KRYO;

  /** Makes the subject of a type, which writes and reads its values. */
  SerializerSubject open(SerializedType type) {
    return switch (this) {
      case OURS -> type.form().ours();
      case FLINK -> type.form().flink();
      case KRYO -> type.form().kryo();
    };
  }
}
