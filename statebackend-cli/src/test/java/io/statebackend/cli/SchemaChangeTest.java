// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.serialization.TypeRef;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of two schemas is what serializers say that have the classes. */
final class SchemaChangeTest {

  record One(int a, String b) {}

  record OneWider(long a, String b) {}

  record OneMore(int a, String b, @Nullable String c) {}

  record OneLess(int a) {}

  record Turned(String b, int a) {}

  record Other(boolean a, String b) {}

  record Boxed(@Nullable Integer a, String b) {}

  record Tree(int value, List<Tree> children) {}

  record WiderTree(long value, List<WiderTree> children) {}

  record Twice(One left, One right) {}

  record TwiceWider(OneWider left, OneWider right) {}

  enum Color {
    RED,
    GREEN
  }

  enum MoreColors {
    RED,
    GREEN,
    BLUE
  }

  enum TurnedColors {
    GREEN,
    RED
  }

  enum FewerColors {
    RED
  }

  sealed interface Shape permits Circle, Square {}

  record Circle(int radius) implements Shape {}

  record Square(int side) implements Shape {}

  private static List<TypeSerializer<?>> serializers() {
    List<TypeSerializer<?>> all = new ArrayList<>();
    for (Class<?> type :
        List.<Class<?>>of(
            Boolean.class,
            Byte.class,
            Short.class,
            Character.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigInteger.class,
            BigDecimal.class,
            String.class,
            One.class,
            OneWider.class,
            OneMore.class,
            OneLess.class,
            Turned.class,
            Other.class,
            Boxed.class,
            Tree.class,
            WiderTree.class,
            Twice.class,
            TwiceWider.class,
            Color.class,
            MoreColors.class,
            TurnedColors.class,
            FewerColors.class,
            Shape.class)) {
      all.add(Serializers.of(type));
    }
    all.add(Serializers.of(new TypeRef<List<Integer>>() {}));
    all.add(Serializers.of(new TypeRef<List<Long>>() {}));
    all.add(Serializers.of(new TypeRef<Set<Long>>() {}));
    all.add(Serializers.of(new TypeRef<Map<String, One>>() {}));
    all.add(Serializers.of(new TypeRef<Map<String, OneWider>>() {}));
    all.add(Serializers.of(new TypeRef<Optional<Integer>>() {}));
    all.add(Serializers.of(new TypeRef<Optional<Long>>() {}));
    return all;
  }

  @Test
  void of_everyPair_isWhatTheSerializerSays() {
    int asIs = 0;
    int migrated = 0;
    for (TypeSerializer<?> stored : serializers()) {
      for (TypeSerializer<?> declared : serializers()) {
        SchemaChange change = SchemaChange.of(stored.schema(), declared.schema());
        Compatibility<?> answer = declared.compatibility(stored.schema());
        String said =
            !change.reasons().isEmpty()
                ? "Incompatible"
                : change.rewrites().isEmpty() ? "AsIs" : "AfterMigration";
        assertThat(said)
            .as("stored %s, declared %s: %s", stored.schema(), declared.schema(), answer)
            .isEqualTo(answer.getClass().getSimpleName());
        asIs += said.equals("AsIs") ? 1 : 0;
        migrated += said.equals("AfterMigration") ? 1 : 0;
      }
    }
    assertThat(asIs).isGreaterThan(30);
    assertThat(migrated).isGreaterThan(40);
  }

  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "record \"A\"(\"a\": int32)|record \"B\"(\"b\": int32)"
            + "|component 'a' is dropped; component 'b' is new and takes its default",
        "list(int32)|list(int64)|[]: int32 becomes int64",
        "enum \"E\"(\"A\", \"B\")|enum \"E\"(\"B\")|constant 'A' is gone, an error if it occurs",
        "record \"A\"(\"x\": list(record \"B\"(\"y\": float32)))"
            + "|record \"A\"(\"x\": list(record \"B\"(\"y\": int64)))"
            + "|x[].y: stored float32, declared int64",
        "record \"A\"(\"x\": nullable(int32))|record \"A\"(\"x\": int32)"
            + "|x: could be null and cannot be any more: give the component a @DefaultValue, which"
            + " null becomes"
      })
  void of_change_isToldInWords(String stored, String declared, String words) {
    SchemaChange change = SchemaChange.of(TypeSchema.parse(stored), TypeSchema.parse(declared));
    List<String> all = new ArrayList<>(change.reasons());
    all.addAll(change.rewrites());
    assertThat(String.join("; ", all)).isEqualTo(words);
  }
}
