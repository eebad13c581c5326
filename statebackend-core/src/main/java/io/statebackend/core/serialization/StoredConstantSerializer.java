// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;

/**
 * Constants of an enum of which only the schema is known, as their names.
 *
 * @param schema the schema
 */
record StoredConstantSerializer(TypeSchema schema) implements BuiltInSerializer<String> {

  @Override
  public void serialize(String value, BinaryOutput out) {
    if (!isConstant(value)) {
      throw new IllegalArgumentException("not a constant of " + schema + ": name='" + value + "'");
    }
    out.writeString(value);
  }

  @Override
  public String deserialize(BinaryInput in) {
    String name = in.readString();
    if (!isConstant(name)) {
      throw new CorruptStateException("not a constant of " + schema + ": name='" + name + "'");
    }
    return name;
  }

  private boolean isConstant(String name) {
    return schema.members().stream().anyMatch(constant -> name.equals(constant.name()));
  }

  @Override
  public boolean isImmutable() {
    return true;
  }
}
