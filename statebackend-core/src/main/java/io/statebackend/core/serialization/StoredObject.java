// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import java.util.Arrays;

/**
 * A stored object that Kryo wrote, of which only the schema is known; see {@link
 * Serializers#ofSchema}. Immutable.
 */
public final class StoredObject {
  private final String name;
  private final byte[] bytes;

  /**
   * Creates an object.
   *
   * @param name the name of the class or interface it is declared as
   * @param bytes what Kryo wrote; copied
   */
  public StoredObject(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes.clone();
  }

  /**
   * Returns the name of the class or interface it was declared as when it was stored, a label.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns what Kryo wrote.
   *
   * @return a copy of the bytes
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoredObject that
        && name.equals(that.name)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return name + "[" + bytes.length + " bytes]";
  }
}
