// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import java.util.Arrays;

/**
 * The format of key and namespace in one key part.
 *
 * <pre>
 * keyPart := keyLength:u32? key namespace page:u32?
 * </pre>
 *
 * <p>The length exists only if both key and namespace vary in length, and the page only in records
 * of pages. Immutable.
 */
final class KeyPartFormat {
  static final int PAGE_BYTES = Integer.BYTES;

  private final int fixedKeyLength;
  private final int fixedNamespaceLength;
  private final boolean hasKeyLength;

  KeyPartFormat(int fixedKeyLength, int fixedNamespaceLength) {
    this.fixedKeyLength = fixedKeyLength;
    this.fixedNamespaceLength = fixedNamespaceLength;
    this.hasKeyLength = fixedKeyLength < 0 && fixedNamespaceLength < 0;
  }

  /** Returns the length of all key parts without a page, or that it varies. */
  int fixedLength() {
    return fixedKeyLength < 0 || fixedNamespaceLength < 0
        ? TypeSerializer.VARIABLE_LENGTH
        : fixedKeyLength + fixedNamespaceLength;
  }

  /** Tells whether a key part has lengths that fit its own. */
  boolean isSound(byte[] bytes, int from, int length, boolean hasPage) {
    int rest = hasPage ? length - PAGE_BYTES : length;
    if (!hasKeyLength) {
      return rest >= Math.max(0, fixedKeyLength) + Math.max(0, fixedNamespaceLength);
    }
    if (rest < Integer.BYTES) {
      return false;
    }
    int keyLength = Bytes.getInt(bytes, from);
    return keyLength >= 0 && keyLength <= rest - Integer.BYTES;
  }

  /** Moves a key part to a key and namespace. */
  <N> void move(
      KeyPart part, KeyContext<?> key, TypeSerializer<N> namespaceSerializer, N namespace) {
    BinaryOutput keyBytes = key.bytes();
    if (fixedNamespaceLength == 0) {
      part.wrap(keyBytes);
      return;
    }
    BinaryOutput out = part.beginWrite();
    writeKey(keyBytes.array(), 0, keyBytes.position(), out);
    namespaceSerializer.serialize(namespace, out);
    part.endWrite(keyFrom(0), keyBytes.position());
  }

  /** Moves a key part to a key and namespace in serialized form. */
  void move(KeyPart part, BinaryInput key, BinaryInput namespace) {
    BinaryOutput out = part.beginWrite();
    writeKey(key.array(), key.position(), key.remaining(), out);
    out.write(namespace.array(), namespace.position(), namespace.remaining());
    if (fixedNamespaceLength == 0) {
      part.endWrite();
    } else {
      part.endWrite(keyFrom(0), key.remaining());
    }
  }

  /** Moves a key part to that of a record which is no page. */
  void moveToHead(KeyPart part, byte[] bytes, int from, int length) {
    part.beginWrite().write(bytes, from, length);
    part.endWrite(keyFrom(0), keyLength(bytes, from, length));
  }

  /** Tells whether keys have more than one namespace. */
  boolean hasNamespaces() {
    return fixedNamespaceLength != 0;
  }

  private void writeKey(byte[] bytes, int from, int length, BinaryOutput out) {
    if (hasKeyLength) {
      out.writeInt(length);
    }
    out.write(bytes, from, length);
  }

  /** Tells whether a key part that has no page is of a key. */
  boolean isOfKey(byte[] bytes, int from, int length, BinaryOutput key) {
    int keyFrom = keyFrom(from);
    int keyLength = keyLength(bytes, from, length);
    return keyLength == key.position()
        && Arrays.equals(bytes, keyFrom, keyFrom + keyLength, key.array(), 0, keyLength);
  }

  /** Writes the key of a key part that has no page. */
  void writeKeyOf(byte[] bytes, int from, int length, BinaryOutput out) {
    out.write(bytes, keyFrom(from), keyLength(bytes, from, length));
  }

  /** Writes the namespace of a key part that has no page. */
  void writeNamespaceOf(byte[] bytes, int from, int length, BinaryOutput out) {
    int namespaceFrom = keyFrom(from) + keyLength(bytes, from, length);
    out.write(bytes, namespaceFrom, from + length - namespaceFrom);
  }

  private int keyFrom(int from) {
    return hasKeyLength ? from + Integer.BYTES : from;
  }

  private int keyLength(byte[] bytes, int from, int length) {
    if (fixedKeyLength >= 0) {
      return fixedKeyLength;
    }
    return hasKeyLength ? Bytes.getInt(bytes, from) : length - fixedNamespaceLength;
  }
}
