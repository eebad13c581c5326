// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;

/**
 * Objects that Kryo wrote, of which only the schema is known, as their bytes.
 *
 * @param schema the stored schema of the class
 */
record StoredObjectSerializer(TypeSchema schema) implements BuiltInSerializer<StoredObject> {

  @Override
  public void serialize(StoredObject value, BinaryOutput out) {
    Serializers.BYTES.serialize(value.bytes(), out);
  }

  @Override
  public StoredObject deserialize(BinaryInput in) {
    return new StoredObject(String.valueOf(schema.name()), in.readBytes(in.readLength()));
  }

  @Override
  public boolean isImmutable() {
    return true;
  }
}
