// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.TableSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a caller does to an object after it was handed in or out changes nothing that is stored. */
final class OwnershipTest {
  private static final MutableSerializer MUTABLE = new MutableSerializer();

  private final StoreFixture<AtomicLong> fixture = new StoreFixture<>(MUTABLE);

  @AfterEach
  void close() {
    fixture.close();
  }

  private static AtomicLong number(long value) {
    return new AtomicLong(value);
  }

  @Test
  void values() {
    var spec = new TableSpec.OfValues<>("values", MUTABLE, MUTABLE);
    var table = fixture.store.valueTable(spec);
    AtomicLong key = number(1);
    AtomicLong namespace = number(2);
    AtomicLong value = number(3);
    table.put(fixture.on(key), namespace, value);
    FrozenStore image = fixture.store.freeze();
    key.set(100);
    namespace.set(100);
    value.set(100);
    AtomicLong read = table.get(fixture.on(number(1)), number(2));
    assertThat(read).hasValue(3);
    read.set(100);
    assertThat(table.get(fixture.on(number(1)), number(2))).hasValue(3);
    assertThat(fixture.values(image, spec).toString()).isEqualTo("{[1, 2]=3}");
  }

  @Test
  void lists() {
    var spec = new TableSpec.OfLists<>("lists", MUTABLE, MUTABLE);
    var table = fixture.store.listTable(spec);
    AtomicLong key = number(1);
    AtomicLong namespace = number(2);
    AtomicLong element = number(3);
    table.set(fixture.on(key), namespace, List.of(element));
    table.add(fixture.on(key), namespace, element);
    table.addAll(fixture.on(key), namespace, List.of(element));
    FrozenStore image = fixture.store.freeze();
    key.set(100);
    namespace.set(100);
    element.set(100);
    table
        .iterator(fixture.on(number(1)), number(2))
        .forEachRemaining(read -> assertThat(read.getAndSet(100)).isEqualTo(3));
    assertThat(table.iterator(fixture.on(number(1)), number(2)).next()).hasValue(3);
    assertThat(fixture.lists(image, spec).toString()).isEqualTo("{[1, 2]=[3, 3, 3]}");
  }

  @Test
  void maps() {
    var spec = new TableSpec.OfMaps<>("maps", MUTABLE, MUTABLE, MUTABLE);
    var table = fixture.store.mapTable(spec);
    AtomicLong key = number(1);
    AtomicLong namespace = number(2);
    AtomicLong userKey = number(3);
    AtomicLong value = number(4);
    table.put(fixture.on(key), namespace, userKey, value);
    FrozenStore image = fixture.store.freeze();
    key.set(100);
    namespace.set(100);
    userKey.set(100);
    value.set(100);
    table.get(fixture.on(number(1)), number(2), number(3)).set(100);
    Map.Entry<AtomicLong, AtomicLong> entry =
        table.iterator(fixture.on(number(1)), number(2)).next();
    entry.getKey().set(100);
    entry.getValue().set(100);
    assertThat(table.get(fixture.on(number(1)), number(2), number(3))).hasValue(4);
    assertThat(fixture.maps(image, spec).toString()).isEqualTo("{[1, 2]={3=4}}");
  }
}
