// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StableHash;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A change of one key of a state in a copy. */
final class KeyEdit {
  private final String operatorId;
  private final String state;
  private final long hash;
  private final byte[] key;
  private final byte @Nullable [] namespace;
  private final byte @Nullable [] value;

  /**
   * Describes a change.
   *
   * @param operatorId the operator
   * @param state the name of the state
   * @param hash the stable hash of the key
   * @param key the bytes of the key
   * @param namespace the bytes of the namespace, or {@code null} for all namespaces
   * @param value the bytes of the new value, or {@code null} if the key is removed
   */
  KeyEdit(
      String operatorId,
      String state,
      long hash,
      byte[] key,
      byte @Nullable [] namespace,
      byte @Nullable [] value) {
    this.operatorId = operatorId;
    this.state = state;
    this.hash = hash;
    this.key = key;
    this.namespace = namespace;
    this.value = value;
  }

  String operatorId() {
    return operatorId;
  }

  String state() {
    return state;
  }

  int keyGroup(int maxParallelism) {
    return StableHash.keyGroup(hash, maxParallelism);
  }

  boolean concerns(EntrySource entry) {
    return isSame(entry.key(), key) && (namespace == null || isSame(entry.namespace(), namespace));
  }

  private static boolean isSame(BinaryInput stored, byte[] bytes) {
    return Arrays.equals(stored.array(), stored.position(), stored.limit(), bytes, 0, bytes.length);
  }

  /** Returns the new entry, or none if the key is removed. */
  EntryCursor entry() {
    return new EntryCursor() {
      private boolean isThere = value != null;

      @Override
      public boolean next() {
        boolean was = isThere;
        isThere = false;
        return was;
      }

      @Override
      public void writeKey(BinaryOutput out) {
        out.write(key, 0, key.length);
      }

      @Override
      public void writeNamespace(BinaryOutput out) {
        if (namespace != null) {
          out.write(namespace, 0, namespace.length);
        }
      }

      @Override
      public void writeValue(BinaryOutput out) {
        if (value != null) {
          out.write(value, 0, value.length);
        }
      }
    };
  }
}
