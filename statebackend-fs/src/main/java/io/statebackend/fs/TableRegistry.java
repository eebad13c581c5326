// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of a store by the numbers that records call them, and by name. */
final class TableRegistry {
  private final KeyGroupRange range;
  private final Images images;
  private final long hashSeed;
  private final List<TableRecords> byId = new ArrayList<>();
  private final Map<String, TableRecords> byName = new LinkedHashMap<>();

  TableRegistry(KeyGroupRange range, Images images, long hashSeed) {
    this.range = range;
    this.images = images;
    this.hashSeed = hashSeed;
  }

  long hashSeed() {
    return hashSeed;
  }

  KeyPart newKeyPart() {
    return new KeyPart(hashSeed);
  }

  @Nullable TableRecords get(String name) {
    return byName.get(name);
  }

  TableRecords add(TableFormat format, Log log, IndexMemory memory) {
    int id = byId.size();
    if (id == RecordLayout.TABLE_COUNT_MAX) {
      throw new IllegalStateException(
          "a store has at most " + RecordLayout.TABLE_COUNT_MAX + " tables: " + format.name());
    }
    TableRecords records = new TableRecords(id, format, range, log, images, memory);
    byId.add(records);
    byName.put(format.name(), records);
    return records;
  }

  /** Returns what a record belongs to. */
  Records recordsOf(long header) {
    TableRecords table = byId.get(RecordLayout.tableId(header));
    return RecordLayout.isPage(header) ? table.pages() : table.heads();
  }

  int idOf(String name) {
    return byId.indexOf(byName.get(name));
  }

  /** Returns how many records the index has. */
  long recordCount() {
    long count = 0;
    for (TableRecords table : byId) {
      count += table.recordCount();
    }
    return count;
  }

  /** Returns the tables as they are now, for an image. */
  Map<String, FrozenTable> freeze() {
    Map<String, FrozenTable> frozen = new LinkedHashMap<>();
    for (int id = 0; id < byId.size(); id++) {
      frozen.put(byId.get(id).format().name(), byId.get(id).freeze(id));
    }
    return frozen;
  }
}
