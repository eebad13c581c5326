// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryOutput;

/**
 * The key bytes of a record, with their hash. It is moved from operation to operation. The bytes
 * may be those of a key context, so they are valid for one operation.
 */
final class KeyPart {
  private final long seed;
  private final BinaryOutput own = new BinaryOutput();
  private byte[] bytes = own.array();
  private int length;

  /** The bytes as a number, if they are 8. */
  private long number;

  private long hash;

  KeyPart(long seed) {
    this.seed = seed;
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /** Returns the bytes as a number; without a meaning if they are not 8 bytes. */
  long number() {
    return number;
  }

  long hash() {
    return hash;
  }

  /** Moves to the 8 bytes of a number. */
  void moveTo(long newNumber) {
    Bytes.putLong(own.array(), 0, newNumber);
    setBytes(own.array());
    length = Long.BYTES;
    number = newNumber;
    hash = KeyHash.ofLong(newNumber, seed);
  }

  /** Moves to the first bytes of an output, which are not copied. */
  void wrap(BinaryOutput out) {
    moveTo(out.array(), out.position());
  }

  /** Returns an output to write the bytes to; {@link #endWrite} moves to them. */
  BinaryOutput beginWrite() {
    own.reset();
    return own;
  }

  void endWrite() {
    moveTo(own.array(), own.position());
  }

  /**
   * Moves to what was written, which consists of key and namespace. Some bits of the hash are those
   * of the key alone, so that the index tells which records may be of a key.
   */
  void endWrite(int keyFrom, int keyLength) {
    endWrite();
    hash = KeyHash.ofKeyAndNamespace(hash, hashOfKey(bytes, keyFrom, keyLength));
  }

  /** Returns the hash of a key alone. */
  long hashOfKey(byte[] source, int keyFrom, int keyLength) {
    return KeyHash.of(source, keyFrom, keyLength, seed);
  }

  /** Moves to a copy of bytes. */
  void copy(byte[] source, int from, int sourceLength) {
    own.reset();
    own.write(source, from, sourceLength);
    endWrite();
  }

  /** Moves to a copy of another key part, hash included. */
  void copy(KeyPart source) {
    own.reset();
    own.write(source.bytes, 0, source.length);
    setBytes(own.array());
    length = source.length;
    number = source.number;
    hash = source.hash;
  }

  /** Moves to a page of what lies under another key part. */
  void pageOf(byte[] head, int from, int headLength, int page) {
    own.reset();
    own.write(head, from, headLength);
    own.writeInt(page);
    endWrite();
  }

  private void moveTo(byte[] newBytes, int newLength) {
    setBytes(newBytes);
    length = newLength;
    if (newLength == Long.BYTES) {
      number = Bytes.getLong(newBytes, 0);
      hash = KeyHash.ofLong(number, seed);
    } else {
      hash = KeyHash.of(newBytes, 0, newLength, seed);
    }
  }

  private void setBytes(byte[] newBytes) {
    // Mostly it is the same array. Storing a reference is not free, least of all under G1.
    if (bytes != newBytes) {
      bytes = newBytes;
    }
  }
}
