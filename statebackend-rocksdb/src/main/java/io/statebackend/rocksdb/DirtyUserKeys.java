// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lists the dirty entries of large maps in the cache, map by map, so that those of one map can be
 * written without looking at all others. It may list entries that are clean by now, or list an
 * entry twice. It misses none, unless the lists would take too much memory. Then they are dropped,
 * and {@link #isGivenUp} says so.
 *
 * <pre>
 * list := (length:varint userKey)*                                      one for the prefix of a map
 * </pre>
 */
final class DirtyUserKeys {
  /** About what a map costs beside its prefix and its list. */
  private static final int MAP_BYTES = 160;

  /** Memory is taken in pieces of this. */
  private static final int PIECE_BYTES = 1 << 10;

  private final Memory memory;
  private final Map<ByteBuffer, BinaryOutput> lists = new HashMap<>();
  private long usedBytes;
  private long takenBytes;
  private boolean isGivenUp;

  /** Where memory comes from. */
  interface Memory {
    /** Takes some, if there is as much. */
    boolean take(long bytes);

    void giveBack(long bytes);
  }

  DirtyUserKeys(Memory memory) {
    this.memory = memory;
  }

  /** Adds the user key of an entry; its key begins with the prefix of its map. */
  void add(byte[] key, int prefixLength, int keyLength) {
    if (isGivenUp) {
      return;
    }
    BinaryOutput list = lists.get(ByteBuffer.wrap(key, 0, prefixLength));
    if (list == null) {
      list = new BinaryOutput();
      lists.put(ByteBuffer.wrap(Arrays.copyOf(key, prefixLength)), list);
      usedBytes += MAP_BYTES + prefixLength + list.array().length;
    }
    int capacity = list.array().length;
    list.writeVarInt(keyLength - prefixLength);
    list.write(key, prefixLength, keyLength - prefixLength);
    usedBytes += list.array().length - capacity;
    if (usedBytes > takenBytes) {
      long pieces = (usedBytes - takenBytes + PIECE_BYTES - 1) / PIECE_BYTES;
      if (memory.take(pieces * PIECE_BYTES)) {
        takenBytes += pieces * PIECE_BYTES;
      } else {
        clear();
        isGivenUp = true;
      }
    }
  }

  /** Tells whether what was added is not known any more, so that all that is dirty may be meant. */
  boolean isGivenUp() {
    return isGivenUp;
  }

  /** Returns the list of a map, or null if nothing of it is dirty. */
  @Nullable BinaryInput of(byte[] prefix) {
    BinaryOutput list = lists.get(ByteBuffer.wrap(prefix));
    if (list == null) {
      return null;
    }
    BinaryInput userKeys = new BinaryInput();
    userKeys.reset(list.array(), 0, list.position());
    return userKeys;
  }

  /** Forgets the list of a map, of which nothing is dirty any more. */
  void remove(byte[] prefix) {
    BinaryOutput list = lists.remove(ByteBuffer.wrap(prefix));
    if (list != null) {
      usedBytes -= MAP_BYTES + prefix.length + list.array().length;
    }
  }

  /** Forgets everything: nothing is dirty any more. */
  void clear() {
    lists.clear();
    if (takenBytes > 0) {
      memory.giveBack(takenBytes);
    }
    usedBytes = 0;
    takenBytes = 0;
    isGivenUp = false;
  }
}
