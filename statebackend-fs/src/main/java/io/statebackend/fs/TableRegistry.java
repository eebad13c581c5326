// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables of a store by the numbers that records call them, and by name. */
final class TableRegistry {
  private final KeyGroupRange range;
  private final Images images;
  private final long hashSeed;
  private final List<TableRecords> byId = new ArrayList<>();
  private final Map<String, TableRecords> byName = new LinkedHashMap<>();

  /** The numbers of tables that were dropped, by what their records look like. */
  private final Map<TableFormat, Deque<Integer>> freeNumbers = new HashMap<>();

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

  Set<String> names() {
    return Set.copyOf(byName.keySet());
  }

  @Nullable TableRecords get(String name) {
    return byName.get(name);
  }

  TableRecords add(TableFormat format, Log log, IndexMemory memory) {
    TableRecords records = addNumber(format, log, memory);
    byName.put(format.name(), records);
    return records;
  }

  /** Adds a table of which there are only dead records. */
  void addDropped(TableFormat format, Log log, IndexMemory memory) {
    addNumber(format, log, memory);
  }

  private TableRecords addNumber(TableFormat format, Log log, IndexMemory memory) {
    Deque<Integer> free = freeNumbers.get(format.withName(""));
    if (free != null && !free.isEmpty()) {
      int id = free.pop();
      TableRecords records = new TableRecords(id, format, range, log, images, memory, hashSeed);
      byId.set(id, records);
      return records;
    }
    int id = byId.size();
    if (id == RecordLayout.TABLE_COUNT_MAX) {
      throw new IllegalStateException(
          "a store has at most " + RecordLayout.TABLE_COUNT_MAX + " tables: " + format.name());
    }
    TableRecords records = new TableRecords(id, format, range, log, images, memory, hashSeed);
    byId.add(records);
    return records;
  }

  /**
   * Frees the name of a table, if there is one of that name, whose records are all dead. The log
   * may still have them, so its number is given only to a table whose records look the same:
   * whoever meets a dead one then reads its key right, and does not find it in the index.
   */
  void drop(String name) {
    TableRecords dropped = byName.remove(name);
    if (dropped != null) {
      freeNumbers
          .computeIfAbsent(dropped.format().withName(""), format -> new ArrayDeque<>())
          .push(dropped.id());
    }
  }

  /** Returns the table of a record. */
  TableRecords tableOf(long header) {
    return byId.get(RecordLayout.tableId(header));
  }

  /** Returns what a record belongs to. */
  Records recordsOf(long header) {
    TableRecords table = tableOf(header);
    return RecordLayout.isPage(header) ? table.pages() : table.heads();
  }

  /** Lets go of the index; who looks for a record then is told that the store is closed. */
  void close() {
    byId.forEach(TableRecords::close);
  }

  /** Returns the tables as they are now, for an image. */
  Map<String, FrozenTable> freeze() {
    Map<String, FrozenTable> frozen = new LinkedHashMap<>();
    byName.forEach((name, table) -> frozen.put(name, table.freeze()));
    return frozen;
  }

  /** Returns what there is under each number. */
  List<Manifest.Table> numbered() {
    List<Manifest.Table> tables = new ArrayList<>();
    for (TableRecords table : byId) {
      TableFormat format = table.format();
      tables.add(new Manifest.Table(format, byName.get(format.name()) != table, List.of()));
    }
    return tables;
  }
}
