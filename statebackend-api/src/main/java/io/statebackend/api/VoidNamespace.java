// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/** The one namespace of state that is not divided into namespaces. */
public enum VoidNamespace {
  /** The only instance. */
  INSTANCE;

  /**
   * Returns the serializer of the namespace: no bytes at all.
   *
   * @return the serializer, shared and thread-safe
   */
  public static TypeSerializer<VoidNamespace> serializer() {
    return VoidNamespaceSerializer.INSTANCE;
  }

  private static final class VoidNamespaceSerializer implements TypeSerializer<VoidNamespace> {
    static final VoidNamespaceSerializer INSTANCE = new VoidNamespaceSerializer();

    @Override
    public void serialize(VoidNamespace value, BinaryOutput out) {}

    @Override
    public VoidNamespace deserialize(BinaryInput in) {
      return VoidNamespace.INSTANCE;
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public int fixedLength() {
      return 0;
    }

    @Override
    public long stableHash(VoidNamespace value) {
      return 0;
    }

    @Override
    public TypeSchema schema() {
      return TypeSchema.of("void");
    }
  }
}
