// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RecordSerializerTest {
  private record Item(String name, long price) {}

  private record Order(long id, List<Item> items, Map<String, Item> byName) {}

  /** {@link Item} with its components the other way round. */
  private record TurnedItem(long price, String name) {}

  record Positive(int value) {
    Positive {
      if (value <= 0) {
        throw new IllegalArgumentException("not positive: " + value);
      }
    }
  }

  @SuppressWarnings("rawtypes") // The very thing to refuse.
  private record Raw(List list) {}

  private record Open(Object any) {}

  private record Box<T>(T value) {}

  private record Flat(int a, long b, boolean c) {}

  private record Key(String name, int number) {}

  @Test
  void schema_namesComponents() {
    assertThat(Serializers.record(Item.class).schema())
        .hasToString(
            "record \"io.statebackend.core.serialization.RecordSerializerTest$Item\""
                + "(\"name\": nullable(string), \"price\": int64)");
  }

  @Test
  void fixedLength_primitivesOnly() {
    assertThat(Serializers.record(Flat.class).fixedLength()).isEqualTo(13);
    assertThat(Serializers.record(Item.class).fixedLength())
        .isEqualTo(TypeSerializer.VARIABLE_LENGTH);
  }

  @Test
  void isImmutable_followsTheComponents() {
    assertThat(Serializers.record(Item.class).isImmutable()).isTrue();
    assertThat(Serializers.record(Order.class).isImmutable()).isFalse();
  }

  @Test
  void copy_sharesNothingMutable() {
    TypeSerializer<Order> serializer = Serializers.record(Order.class);
    Order value = new Order(1, new ArrayList<>(List.of(new Item("a", 1))), null);

    Order copy = serializer.copy(value);
    value.items().clear();

    assertThat(copy).isEqualTo(new Order(1, List.of(new Item("a", 1)), null));
    assertThat(copy.items().get(0)).isEqualTo(new Item("a", 1));
  }

  @Test
  void stableHash_isThatOfTheBytes() {
    TypeSerializer<Key> serializer = Serializers.record(Key.class);
    Serializers.checkKey(serializer, "key");
    assertThat(serializer.stableHash(new Key("a", 1))).isEqualTo(0x24fe95a71344eddaL);
  }

  @Test
  void stableHash_componentIsAMap() {
    TypeSerializer<Order> serializer = Serializers.record(Order.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.stableHash(new Order(1, null, null)))
        .withMessageContaining("cannot be a key: equal values can have different bytes");
  }

  @Test
  void compatibility_otherName() {
    assertAsIs(
        Item.class, "record \"com.example.Moved\"(\"name\": nullable(string), \"price\": int64)");
  }

  @Test
  void compatibility_otherOrder() {
    TypeSerializer<Item> items = Serializers.record(Item.class);
    Compatibility<TurnedItem> answer =
        Serializers.record(TurnedItem.class).compatibility(items.schema());
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<TurnedItem> reader =
        ((Compatibility.AfterMigration<TurnedItem>) answer).reader();
    for (String name : new String[] {"a", null}) {
      assertThat(Bytes.read(reader, Bytes.of(items, new Item(name, 5))))
          .isEqualTo(new TurnedItem(5, name));
    }
  }

  @Test
  void compatibility_otherTypeDeepInside() {
    String item = "record \"Item\"(\"name\": nullable(string), \"price\": %s)";
    String order =
        "record \"Order\"(\"id\": int64, \"items\": nullable(list(%s)), \"byName\":"
            + " nullable(map(string, %s)))";
    assertIncompatible(
        Order.class,
        order.formatted(item.formatted("float32"), item.formatted("int64")),
        "items[].price: stored float32, declared int64");
    assertIncompatible(
        Order.class,
        order.formatted(item.formatted("int64"), item.formatted("string")),
        "byName{value}.price: stored string, declared int64");
    assertAsIs(Order.class, order.formatted(item.formatted("int64"), item.formatted("int64")));
  }

  @Test
  void compatibility_nullHasNoPlace() {
    assertIncompatible(
        Item.class,
        "record \"Item\"(\"name\": nullable(string), \"price\": nullable(int64))",
        "price: stored nullable(int64), declared int64, which has no null; say by @DefaultValue"
            + " what null becomes");
  }

  @Test
  void compatibility_noRecord() {
    assertIncompatible(
        Item.class,
        "int64",
        "stored int64, declared record"
            + " \"io.statebackend.core.serialization.RecordSerializerTest$Item\"");
  }

  @Test
  void deserialize_constructorRefuses() {
    TypeSerializer<Positive> serializer = Serializers.record(Positive.class);
    assertThatThrownBy(() -> Bytes.read(serializer, new byte[4]))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage(
            "record io.statebackend.core.serialization.RecordSerializerTest$Positive refuses the"
                + " stored components: java.lang.IllegalArgumentException: not positive: 0");
  }

  @Test
  void record_withoutTypeArguments() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.record(Raw.class))
        .withMessage(
            "no serializer for type java.util.List at"
                + " io.statebackend.core.serialization.RecordSerializerTest$Raw.list: it needs its"
                + " type arguments, as in List<Long>; at the top, capture them:"
                + " Serializers.of(new TypeRef<List<Long>>() {})");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.record(Box.class))
        .withMessageContaining("it needs its type arguments");
  }

  @Test
  void record_componentOfAnyType() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.record(Open.class))
        .withMessageContaining("java.lang.Object can be any class; name those that occur");
  }

  private static <R extends Record> void assertAsIs(Class<R> type, String stored) {
    assertThat(Serializers.record(type).compatibility(TypeSchema.parse(stored)))
        .isEqualTo(Compatibility.asIs());
  }

  private static <R extends Record> void assertIncompatible(
      Class<R> type, String stored, String reason) {
    assertThat(Serializers.record(type).compatibility(TypeSchema.parse(stored)))
        .isEqualTo(Compatibility.incompatible(reason));
  }
}
