// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CollectionSerializersTest {
  private enum Level {
    LOW,
    HIGH
  }

  /** The schema of {@link Level} when it still had a constant in the middle. */
  private static final String STORED_LEVEL = "enum \"Level\"(\"LOW\", \"MIDDLE\", \"HIGH\")";

  private static final TypeSerializer<Level> LEVELS = Serializers.enums(Level.class);

  @Test
  void copy_listOfLists_sharesNothing() {
    var serializer = Serializers.list(Serializers.list(Serializers.LONG));
    List<List<Long>> value = new ArrayList<>(List.of(new ArrayList<>(List.of(1L))));

    List<List<Long>> copy = serializer.copy(value);
    value.get(0).add(2L);
    value.add(List.of());

    assertThat(copy).isEqualTo(List.of(List.of(1L)));
  }

  @Test
  void copy_mapOfArrays_sharesNothing() {
    var serializer = Serializers.map(Serializers.STRING, Serializers.BYTES);
    Map<String, byte[]> value = new LinkedHashMap<>(Map.of("a", new byte[] {1}));

    Map<String, byte[]> copy = serializer.copy(value);
    value.get("a")[0] = 2;
    value.put("b", new byte[0]);

    assertThat(copy).containsOnlyKeys("a").containsEntry("a", new byte[] {1});
  }

  @Test
  void copy_setOfImmutableElements_isAnotherSet() {
    var serializer = Serializers.set(Serializers.LONG);
    Set<Long> copy = serializer.copy(Set.of(1L));
    copy.add(2L);
    assertThat(copy).containsExactly(1L, 2L);
  }

  @Test
  void copy_optionalOfArray_sharesNothing() {
    var serializer = Serializers.optional(Serializers.LONG_ARRAY);
    Optional<long[]> value = Optional.of(new long[] {1});
    long[] copy = serializer.copy(value).orElseThrow();
    value.orElseThrow()[0] = 2;
    assertThat(copy).containsExactly(1);
  }

  @Test
  void copy_arrayOfArrays_sharesNothing() {
    var serializer = Serializers.of(int[][].class);
    int[][] value = {{1}};
    int[][] copy = serializer.copy(value);
    value[0][0] = 2;
    assertThat(copy[0]).containsExactly(1);
  }

  @Test
  void isImmutable_followsTheParts() {
    assertThat(Serializers.optional(Serializers.LONG).isImmutable()).isTrue();
    assertThat(Serializers.optional(Serializers.BYTES).isImmutable()).isFalse();
    assertThat(Serializers.list(Serializers.LONG).isImmutable()).isFalse();
    assertThat(Serializers.set(Serializers.LONG).isImmutable()).isFalse();
    assertThat(Serializers.map(Serializers.LONG, Serializers.LONG).isImmutable()).isFalse();
    assertThat(Serializers.array(Long.class, Serializers.LONG).isImmutable()).isFalse();
    assertThat(Serializers.BYTES.isImmutable()).isFalse();
  }

  @Test
  void equal_mapsInOtherOrder() {
    var serializer = Serializers.map(Serializers.STRING, Serializers.BYTES);
    Map<String, byte[]> one = new LinkedHashMap<>();
    one.put("a", new byte[] {1});
    one.put("b", new byte[] {2});
    Map<String, byte[]> other = new LinkedHashMap<>();
    other.put("b", new byte[] {2});
    other.put("a", new byte[] {1});

    assertThat(serializer.equal(one, other)).isTrue();
    other.put("a", new byte[] {3});
    assertThat(serializer.equal(one, other)).isFalse();
  }

  @Test
  void serialize_null() {
    var serializer = Serializers.list(Serializers.LONG);
    String message =
        "null in a list(int64); leave it out, or declare the elements as"
            + " Serializers.optional(...)";
    List<Long> value = Arrays.asList(1L, null);
    assertThatNullPointerException()
        .isThrownBy(() -> serializer.serialize(value, new BinaryOutput()))
        .withMessage(message);
    assertThatNullPointerException().isThrownBy(() -> serializer.copy(value)).withMessage(message);
  }

  @Test
  void list_elementsOfNoBytes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.list(VoidNamespace.serializer()))
        .withMessage(
            "a collection cannot hold void, which takes no bytes; store how many there are"
                + " instead");
  }

  @Test
  void deserialize_countBeyondTheBytes() {
    // A count of 2^31 - 1, and one byte.
    byte[] bytes = {-1, -1, -1, -1, 7, 0};
    for (TypeSerializer<?> serializer :
        List.of(
            Serializers.BYTES,
            Serializers.STRING,
            Serializers.LONG_ARRAY,
            Serializers.BOOLEAN_ARRAY,
            Serializers.list(Serializers.STRING),
            Serializers.set(Serializers.STRING),
            Serializers.map(Serializers.STRING, Serializers.STRING),
            Serializers.array(String.class, Serializers.STRING))) {
      assertThatThrownBy(() -> Bytes.read(serializer, bytes))
          .isInstanceOf(CorruptStateException.class)
          .hasMessage("length exceeds the serialized form: length=2147483647, remaining=1");
    }
  }

  @Test
  void deserialize_fewerBytesThanElementsNeed() {
    assertThatThrownBy(() -> Bytes.read(Serializers.list(Serializers.LONG), new byte[] {2, 0, 0}))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage(
            "more elements than bytes for them: elements=2, bytesPerElementMin=8, remaining=2");
  }

  @Test
  void deserialize_sameElementTwice() {
    assertThatThrownBy(() -> Bytes.read(Serializers.set(Serializers.BYTE), new byte[] {2, 7, 7}))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage("an element is twice in a set(int8)");
    assertThatThrownBy(
            () ->
                Bytes.read(
                    Serializers.map(Serializers.BYTE, Serializers.BYTE),
                    new byte[] {2, 7, 1, 7, 2}))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage("a key is twice in a map(int8, int8)");
  }

  @Test
  void compatibility_elementHasAnotherType() {
    assertIncompatible(
        Serializers.list(Serializers.STRING), "list(int64)", "[]: stored int64, declared string");
    assertIncompatible(
        Serializers.map(Serializers.STRING, Serializers.list(Serializers.INT)),
        "map(string, list(int64))",
        "{value}[]: stored int64, declared int32");
    assertIncompatible(
        Serializers.map(Serializers.INT, Serializers.STRING),
        "map(int64, string)",
        "{key}: stored int64, declared int32");
    assertIncompatible(
        Serializers.set(Serializers.STRING),
        "list(string)",
        "stored list(string), declared set(string)");
  }

  private record Marker(Optional<String> note) {}

  /** No writer stores such collections; a damaged schema tells of them. */
  @Test
  void compatibility_storedElementsOfNoBytes() {
    var marker = Serializers.record(Marker.class);
    String stored = "record \"" + Marker.class.getName() + "\"";
    String reason = "[]: stored elements take no bytes: " + stored;

    assertIncompatible(Serializers.list(marker), "list(" + stored + ")", reason);
    assertIncompatible(Serializers.set(marker), "set(" + stored + ")", reason);
    assertIncompatible(Serializers.array(Marker.class, marker), "array(" + stored + ")", reason);
    assertIncompatible(
        Serializers.map(marker, Serializers.LONG),
        "map(" + stored + ", int64)",
        reason.replace("[]", "{key}"));
  }

  @Test
  void compatibility_partNeedsMigration() {
    List<Level> list = List.of(Level.LOW, Level.HIGH);
    assertReadAfterMigration(Serializers.list(LEVELS), "list(" + STORED_LEVEL + ")", list);
    assertReadAfterMigration(
        Serializers.set(LEVELS), "set(" + STORED_LEVEL + ")", Set.of(Level.HIGH));
    assertReadAfterMigration(
        Serializers.optional(LEVELS), "optional(" + STORED_LEVEL + ")", Optional.of(Level.HIGH));
    assertReadAfterMigration(
        Serializers.map(LEVELS, Serializers.list(LEVELS)),
        "map(" + STORED_LEVEL + ", list(" + STORED_LEVEL + "))",
        Map.of(Level.LOW, list));
    assertReadAfterMigration(
        Serializers.map(Serializers.LONG, LEVELS),
        "map(int64, " + STORED_LEVEL + ")",
        Map.of(1L, Level.HIGH));
    assertReadAfterMigration(
        Serializers.map(LEVELS, Serializers.LONG),
        "map(" + STORED_LEVEL + ", int64)",
        Map.of(Level.LOW, 1L));
    assertReadAfterMigration(
        Serializers.array(Level.class, LEVELS),
        "array(" + STORED_LEVEL + ")",
        new Level[] {Level.HIGH});
  }

  @Test
  void compatibility_oneSideOfAMapIsIncompatible() {
    var serializer = Serializers.map(LEVELS, Serializers.LONG);
    assertIncompatible(
        serializer, "map(" + STORED_LEVEL + ", string)", "{value}: stored string, declared int64");
  }

  @Test
  void checkKey_setOrMap() {
    var lists = Serializers.list(Serializers.optional(Serializers.STRING));
    Serializers.checkKey(lists, "key");

    var sets = Serializers.list(Serializers.set(Serializers.STRING));
    String message =
        "list(set(string)) cannot be a key: equal values can have different bytes, because of"
            + " set(string); use a record of what identifies the value, with lists if their order"
            + " counts";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.checkKey(sets, "key"))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sets.stableHash(List.of()))
        .withMessage(message);
    var maps = Serializers.map(Serializers.STRING, Serializers.LONG);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.checkKey(maps, "namespace"))
        .withMessageStartingWith("map(string, int64) cannot be a namespace: ");
  }

  private static <T> void assertIncompatible(
      TypeSerializer<T> serializer, String stored, String reason) {
    assertThat(serializer.compatibility(TypeSchema.parse(stored)))
        .isEqualTo(Compatibility.incompatible(reason));
  }

  private static <T> void assertReadAfterMigration(
      TypeSerializer<T> serializer, String stored, T value) {
    Compatibility<T> answer = serializer.compatibility(TypeSchema.parse(stored));
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<T> reader = ((Compatibility.AfterMigration<T>) answer).reader();
    // The schemas alone tell how the value was written: its constants have names there.
    Object named =
        Bytes.read(Serializers.ofSchema(serializer.schema()), Bytes.of(serializer, value));
    byte[] old = Bytes.of(Serializers.ofSchema(TypeSchema.parse(stored)), named);
    assertThat(serializer.equal(Bytes.read(reader, old), value)).isTrue();
  }

  /** Of elements that are equal to each other, one only would come back. */
  @Test
  void equalElements_areRefused() {
    IdentityHashMap<String, Integer> byIdentity = new IdentityHashMap<>();
    byIdentity.put(new String("a"), 1);
    byIdentity.put(new String("a"), 2);
    refuses(Serializers.map(Serializers.STRING, Serializers.INT), byIdentity);
    refuses(Serializers.set(Serializers.STRING), byIdentity.keySet());
    Set<List<Integer>> changed = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      List<Integer> element = new ArrayList<>(List.of(i));
      changed.add(element);
      element.set(0, 7);
    }
    refuses(Serializers.set(Serializers.list(Serializers.INT)), changed);
  }

  private static <T> void refuses(TypeSerializer<T> serializer, T value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Bytes.of(serializer, value))
        .withMessageContaining("equal");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.copy(value))
        .withMessageContaining("equal");
  }
}
