// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.StoreContent.Cell;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A walk over a key group of a table that is used a little at a time while the table changes, and
 * what it must meet: all that is there the whole time.
 */
final class WalkCheck {

  /**
   * What is met: a value, an element of a list or a pair of a map.
   *
   * @param part nothing for a value, the element or the user key otherwise
   */
  record Item(Cell cell, Object part) {}

  /** Reads the items out of what is stored under a key and namespace. */
  interface Reader {
    void read(Cell cell, BinaryInput value, Set<Item> items);
  }

  static final Reader VALUES = (cell, value, items) -> items.add(new Item(cell, ""));
  static final Reader LISTS =
      (cell, page, items) -> {
        List<String> elements = Field.readAll(Serializers.STRING, page);
        elements.forEach(element -> items.add(new Item(cell, element)));
      };
  static final Reader MAPS =
      (cell, page, items) -> {
        while (page.remaining() > 0) {
          items.add(new Item(cell, Field.read(Serializers.LONG, page)));
          String unused = Field.read(Serializers.STRING, page);
        }
      };

  private final String table;
  private final EntryCursor walk;
  private final Reader reader;
  private final Set<Item> present;
  private final Set<Item> met = new HashSet<>();
  private final BinaryOutput out = new BinaryOutput();

  /**
   * Begins a walk.
   *
   * @param present what is there now in the key group
   */
  WalkCheck(String table, EntryCursor walk, Reader reader, Set<Item> present) {
    this.table = table;
    this.walk = walk;
    this.reader = reader;
    this.present = present;
  }

  String table() {
    return table;
  }

  /** Notes that items need not be met any more. */
  void removed(Predicate<Item> which) {
    present.removeIf(which);
  }

  /** Notes that an item need not be met any more. */
  void removed(Item item) {
    present.remove(item);
  }

  /** Goes on by some entries; returns whether there may be more. */
  boolean step(int count) {
    for (int i = 0; i < count; i++) {
      if (!walk.next()) {
        present.removeAll(met);
        assertThat(present).as("not met in %s, but there all the while", table).isEmpty();
        walk.close();
        return false;
      }
      out.reset();
      walk.writeKey(out);
      long key = Serializers.LONG.deserialize(new BinaryInput(out.toByteArray()));
      out.reset();
      walk.writeNamespace(out);
      int namespace = Serializers.INT.deserialize(new BinaryInput(out.toByteArray()));
      out.reset();
      walk.writeValue(out);
      reader.read(new Cell(key, namespace), new BinaryInput(out.toByteArray()), met);
    }
    return true;
  }
}
