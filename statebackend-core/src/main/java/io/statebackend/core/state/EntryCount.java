// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;

/** Counts what a table holds, for engines that keep no count. */
public final class EntryCount {
  private EntryCount() {}

  /** Returns how many pairs of key and namespace there are; reads all entries. */
  public static long inImage(KeyedStore<?> store, String table, KeyGroupRange keyGroups) {
    try (FrozenStore image = store.freeze(FreezePurpose.READ)) {
      long count = 0;
      for (int keyGroup = keyGroups.first(); keyGroup <= keyGroups.last(); keyGroup++) {
        count += countPairs(image, table, keyGroup);
      }
      return count;
    }
  }

  /** Counts the pairs of key and namespace; the pages of a list or map come in a row. */
  private static long countPairs(FrozenStore image, String table, int keyGroup) {
    BinaryOutput pair = new BinaryOutput();
    BinaryOutput lastPair = new BinaryOutput();
    long count = 0;
    try (EntryCursor entries = image.entries(table, keyGroup)) {
      while (entries.next()) {
        pair.reset();
        int start = Field.begin(TypeSerializer.VARIABLE_LENGTH, pair);
        entries.writeKey(pair);
        Field.end(TypeSerializer.VARIABLE_LENGTH, start, pair);
        entries.writeNamespace(pair);
        if (count == 0 || !TableKeyedStateBackend.sameBytes(pair, lastPair)) {
          count++;
        }
        BinaryOutput swapped = lastPair;
        lastPair = pair;
        pair = swapped;
      }
    }
    return count;
  }
}
