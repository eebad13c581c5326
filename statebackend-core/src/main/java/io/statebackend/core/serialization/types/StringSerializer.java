// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CompactSerializer;
import io.statebackend.api.StableHash;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Words;

/**
 * Strings as UTF-8. Those of characters up to U+00FF are on the heap as bytes, one per character;
 * others as themselves.
 */
public final class StringSerializer
    implements BuiltInSerializer<String>, CompactSerializer<String> {
  private static final char LATIN_1_MAX = 0xFF;

  private static final TypeSchema SCHEMA = TypeSchema.of(Words.STRING);

  @Override
  public void serialize(String value, BinaryOutput out) {
    out.writeString(value);
  }

  @Override
  public String deserialize(BinaryInput in) {
    return in.readString();
  }

  @Override
  public boolean isImmutable() {
    return true;
  }

  @Override
  public long stableHash(String value) {
    return StableHash.ofString(value);
  }

  @Override
  public Object compact(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > LATIN_1_MAX) {
        return value;
      }
    }
    return value.getBytes(ISO_8859_1);
  }

  @Override
  public String expand(Object compact) {
    return compact instanceof byte[] characters
        ? new String(characters, ISO_8859_1)
        : (String) compact;
  }

  @Override
  public boolean isCompactOf(Object compact, String value) {
    if (!(compact instanceof byte[] characters)) {
      return compact.equals(value);
    }
    if (characters.length != value.length()) {
      return false;
    }
    for (int i = 0; i < characters.length; i++) {
      if (value.charAt(i) != (characters[i] & LATIN_1_MAX)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void serializeCompact(Object compact, BinaryOutput out) {
    if (compact instanceof byte[] characters && isAscii(characters)) {
      out.writeVarInt(characters.length);
      out.write(characters, 0, characters.length);
    } else {
      serialize(expand(compact), out);
    }
  }

  private static boolean isAscii(byte[] characters) {
    int all = 0;
    for (byte character : characters) {
      all |= character;
    }
    return all >= 0;
  }

  @Override
  public TypeSchema schema() {
    return SCHEMA;
  }
}
