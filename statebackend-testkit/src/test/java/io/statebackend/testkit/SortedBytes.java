// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A sorted map of bytes, whose arrays never change.
 *
 * <pre>
 * entry  := prefix suffix -> bytes
 * prefix := keyGroup:u16 length:u32 key length:u32 namespace
 * suffix := nothing, or the number of a list's element:u64, or the user key of a map's entry
 * </pre>
 *
 * <p>A prefix says where it ends, so none begins another one: what lies beneath a prefix is exactly
 * what belongs to its key and namespace.
 */
// tag::bytes
record SortedBytes(NavigableMap<byte[], byte[]> map) {

  SortedBytes() {
    this(new TreeMap<>(Arrays::compareUnsigned));
  }

  SortedBytes copy() {
    return new SortedBytes(new TreeMap<>(map));
  }

  static byte[] prefix(int keyGroup, BinaryInput key, BinaryInput namespace) {
    BinaryOutput out = new BinaryOutput();
    out.writeShort(keyGroup);
    out.writeInt(key.remaining());
    out.write(key.array(), key.position(), key.remaining());
    out.writeInt(namespace.remaining());
    out.write(namespace.array(), namespace.position(), namespace.remaining());
    return out.toByteArray();
  }

  static BinaryInput keyOf(byte[] entry) {
    return lengthAndBytes(entry, Short.BYTES);
  }

  static BinaryInput namespaceOf(byte[] entry) {
    return lengthAndBytes(entry, keyOf(entry).limit());
  }

  private static BinaryInput lengthAndBytes(byte[] entry, int from) {
    BinaryInput in = new BinaryInput();
    in.reset(entry, from, entry.length);
    int length = in.readInt();
    in.reset(entry, in.position(), in.position() + length);
    return in;
  }

  /** The entries that begin with a prefix, or a part of one: a view, to read and to remove. */
  NavigableMap<byte[], byte[]> beneath(byte[] prefix) {
    // There is a byte to count up: key groups, which come first, are below 2^15.
    int last = prefix.length - 1;
    while (prefix[last] == (byte) 0xff) {
      last--;
    }
    byte[] end = Arrays.copyOf(prefix, last + 1);
    end[last]++;
    return map.subMap(prefix, true, end, false);
  }

  NavigableMap<byte[], byte[]> beneath(int keyGroup) {
    return beneath(new byte[] {(byte) (keyGroup >> 8), (byte) keyGroup});
  }
}
// end::bytes
