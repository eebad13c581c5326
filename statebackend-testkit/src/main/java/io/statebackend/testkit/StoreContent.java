// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All that the store of a {@link StoreModelRun} holds, as plain maps. */
record StoreContent(
    Map<Cell, String> values,
    Map<Cell, Long> numbers,
    Map<Cell, List<String>> lists,
    Map<Cell, Map<Long, String>> maps) {
  static final int KEY_GROUPS = 4;
  static final TableSpec.OfValues<Integer, String> VALUES =
      new TableSpec.OfValues<>("values", Serializers.INT, Serializers.STRING);
  static final TableSpec.OfValues<Integer, Long> NUMBERS =
      new TableSpec.OfValues<>("numbers", Serializers.INT, Serializers.LONG);
  static final TableSpec.OfLists<Integer, String> LISTS =
      new TableSpec.OfLists<>("lists", Serializers.INT, Serializers.STRING);
  static final TableSpec.OfMaps<Integer, Long, String> MAPS =
      new TableSpec.OfMaps<>("maps", Serializers.INT, Serializers.LONG, Serializers.STRING);

  /** A key and a namespace. */
  record Cell(long key, int namespace) {}

  StoreContent() {
    this(new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
  }

  StoreContent copy() {
    StoreContent copy = new StoreContent();
    copy.values.putAll(values);
    copy.numbers.putAll(numbers);
    lists.forEach((cell, list) -> copy.lists.put(cell, new ArrayList<>(list)));
    maps.forEach((cell, map) -> copy.maps.put(cell, new HashMap<>(map)));
    return copy;
  }

  private static BinaryInput input(BinaryOutput bytes) {
    return new BinaryInput(bytes.toByteArray());
  }

  /** What is read from the bytes of one entry. */
  private interface Reader {
    void read(Cell cell, BinaryInput value);
  }

  private static void read(FrozenStore image, String table, Reader reader) {
    for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
      BinaryOutput out = new BinaryOutput();
      try (EntryCursor cursor = image.entries(table, keyGroup)) {
        while (cursor.next()) {
          out.reset();
          cursor.writeKey(out);
          cursor.writeNamespace(out);
          BinaryInput in = input(out);
          Cell cell = new Cell(Serializers.LONG.deserialize(in), Serializers.INT.deserialize(in));
          out.reset();
          cursor.writeValue(out);
          reader.read(cell, input(out));
        }
      }
    }
  }

  private static <T> void putOnce(Map<Cell, T> map, Cell cell, T value) {
    assertThat(map.put(cell, value)).as("entry that comes twice").isNull();
  }

  /** Reads all that an image holds. */
  static StoreContent read(FrozenStore image) {
    StoreContent content = new StoreContent();
    TypeSerializer<String> strings = Serializers.STRING;
    read(image, "values", (cell, in) -> putOnce(content.values, cell, strings.deserialize(in)));
    read(
        image,
        "numbers",
        (cell, in) -> putOnce(content.numbers, cell, Serializers.LONG.deserialize(in)));
    read(
        image,
        "lists",
        (cell, in) ->
            content
                .lists
                .computeIfAbsent(cell, absent -> new ArrayList<>())
                .addAll(Field.readAll(strings, in)));
    read(
        image,
        "maps",
        (cell, in) -> {
          Map<Long, String> map = content.maps.computeIfAbsent(cell, absent -> new HashMap<>());
          while (in.remaining() > 0) {
            Long userKey = Field.read(Serializers.LONG, in);
            assertThat(map.put(userKey, Field.read(strings, in))).isNull();
          }
        });
    return content;
  }
}
