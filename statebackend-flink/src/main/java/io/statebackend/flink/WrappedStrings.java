// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.statebackend.api.CompactSerializer;
import io.statebackend.api.StableHash;
import org.apache.flink.api.common.typeutils.base.StringSerializer;

/**
 * Strings in Flink's form. Those of characters up to U+00FF are on the heap as bytes, one per
 * character; others as themselves.
 */
final class WrappedStrings extends Wrapped<String> implements CompactSerializer<String> {
  private static final char LATIN_1_MAX = 0xFF;

  WrappedStrings(StringSerializer strings) {
    super(strings);
  }

  @Override
  public long stableHash(String value) {
    return StableHash.ofString(value);
  }

  @Override
  public boolean equal(String a, String b) {
    return a.equals(b);
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
  public WrappedStrings duplicate() {
    // The views that serializers write through are not thread-safe.
    return new WrappedStrings(StringSerializer.INSTANCE);
  }
}
