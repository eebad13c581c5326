// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.SchemaDifference;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Types that stand in several places of one type: told once, compared once, made once. */
@SuppressWarnings("SameNameButDifferent") // Versions of a type have one name.
final class SharedTypesTest {
  private static final String HERE = "io.statebackend.core.serialization.SharedTypesTest$";

  record Money(long cents) {}

  record Trade(Money paid, List<Money> fees) {}

  record Box<T>(T of) {}

  record Boxes(Box<Long> a, Box<String> b, Box<Long> c, Box<String> d) {}

  enum Color {
    RED,
    GREEN
  }

  record Colors(Color a, Map<Color, Color> more) {}

  /** Levels of records of which each has the one below twice. */
  static final class Deep {
    record L0(int value, L0 next) {}

    record L1(L0 a, L0 b, L1 next) {}

    record L2(L1 a, List<L1> b, L2 next) {}

    record L3(L2 a, L2 b, L3 next) {}

    record L4(L3 a, L3 b, L4 next) {}

    record L5(L4 a, L4 b, L5 next) {}

    record L6(L5 a, L5 b, L6 next) {}

    record L7(L6 a, L6 b, L7 next) {}

    record L8(L7 a, L7 b, L8 next) {}

    record L9(L8 a, L8 b, L9 next) {}

    record L10(L9 a, L9 b, L10 next) {}

    record L11(L10 a, L10 b, L11 next) {}

    record L12(L11 a, L11 b, L12 next) {}

    record L13(L12 a, L12 b, L13 next) {}

    record L14(L13 a, L13 b, L14 next) {}

    record L15(L14 a, L14 b, L15 next) {}

    record L16(L15 a, L15 b, L16 next) {}

    record L17(L16 a, L16 b, L17 next) {}

    record L18(L17 a, Optional<L17> b, L18 next) {}
  }

  /** One name for all: the worst case of references by name. */
  record P<A, B>(A a, B b) {}

  record Everywhere(
      P<P<P<Long, Long>, P<Long, P<Long, Long>>>, P<P<Long, Long>, P<Long, P<Long, Long>>>> p) {}

  record Tree(int value, List<Tree> children) {}

  record Forest(Tree first, List<Tree> others, Grove grove) {}

  record Grove(Tree tree, Forest outside) {}

  /** A serializer that is not of this library and keeps to itself how it tells its type. */
  private record TwiceSerializer<T>(TypeSerializer<T> part) implements TypeSerializer<List<T>> {
    @Override
    public void serialize(List<T> value, BinaryOutput out) {
      part.serialize(value.get(0), out);
      part.serialize(value.get(1), out);
    }

    @Override
    public List<T> deserialize(BinaryInput in) {
      return List.of(part.deserialize(in), part.deserialize(in));
    }

    @Override
    public boolean isImmutable() {
      return part.isImmutable();
    }

    @Override
    public TypeSchema schema() {
      return TypeSchema.of("twice", part.schema(), part.schema());
    }
  }

  record Mixed(Money first, List<Money> twice, Money last) {}

  record MixedWithMore(Money first, List<Money> twice, Money last, String note) {}

  private static String text(TypeSerializer<?> serializer) {
    return serializer.schema().toString().replace(HERE, "");
  }

  private static TypeSchema reread(TypeSerializer<?> serializer) {
    return TypeSchema.parse(serializer.schema().toString());
  }

  @Test
  void schema_secondPlace() {
    assertThat(text(Serializers.record(Trade.class)))
        .isEqualTo(
            "record \"Trade\"(\"paid\": nullable(record \"Money\"(\"cents\": int64)),"
                + " \"fees\": nullable(list(told \"Money\")))");
    assertThat(text(Serializers.record(Colors.class)))
        .isEqualTo(
            "record \"Colors\"(\"a\": nullable(enum \"Color\"(\"RED\", \"GREEN\")),"
                + " \"more\": nullable(map(told \"Color\", told \"Color\")))");
    assertThat(text(Serializers.of(new TypeRef<Map<Color, Box<Color>>>() {})))
        .isEqualTo(
            "map(enum \"Color\"(\"RED\", \"GREEN\"), record \"Box\"(\"of\": nullable(told"
                + " \"Color\")))");
  }

  @Test
  void schema_typesOfOneName() {
    assertThat(text(Serializers.record(Boxes.class)))
        .isEqualTo(
            "record \"Boxes\"(\"a\": nullable(record \"Box\"(\"of\": nullable(int64))),"
                + " \"b\": nullable(record \"Box\"(\"of\": nullable(string))),"
                + " \"c\": nullable(told \"Box\"), \"d\": nullable(told \"Box\"(\"2\")))");
    // P<..., ...> of P<P<Long, Long>, Q> and Q = P<Long, P<Long, Long>>: each is told once.
    String everywhere = text(Serializers.record(Everywhere.class));
    assertThat(everywhere.split("record \"P\"", -1)).hasSize(5);
    assertThat(everywhere).contains("told \"P\"(\"2\")");
  }

  @Test
  void schema_insideThemselves() {
    String forest = text(Serializers.record(Forest.class));
    assertThat(forest.split("record \"Tree\"", -1)).hasSize(2);
    assertThat(forest)
        .contains("\"others\": nullable(list(told \"Tree\"))")
        .contains("\"tree\": nullable(told \"Tree\"), \"outside\": nullable(enclosing \"Forest\")");
  }

  @Test
  void levels_areToldComparedAndMadeOnce() {
    TypeSerializer<Deep.L18> serializer = Serializers.record(Deep.L18.class);
    Deep.L0 bottom = new Deep.L0(7, new Deep.L0(8, null));
    Deep.L1 l1 = new Deep.L1(bottom, null, null);
    Deep.L2 l2 = new Deep.L2(null, List.of(l1, l1), null);
    Deep.L18 value =
        new Deep.L18(
            null,
            Optional.of(
                new Deep.L17(null, new Deep.L16(new Deep.L15(null, null, null), null, null), null)),
            null);

    assertThat(serializer.schema().toString().length()).isLessThan(10_000);
    assertThat(serializer.compatibility(reread(serializer))).isEqualTo(Compatibility.asIs());
    byte[] bytes = Bytes.of(serializer, value);
    assertThat(Bytes.read(serializer, bytes)).isEqualTo(value);
    TypeSerializer<Object> bySchema = Serializers.ofSchema(reread(serializer));
    assertThat(Bytes.of(bySchema, Bytes.read(bySchema, bytes))).isEqualTo(bytes);
    assertThat(Bytes.read(Serializers.record(Deep.L2.class), l2Bytes(l2))).isEqualTo(l2);

    // The lowest level has changed: everything is migrated, or all differences are told.
    TypeSchema narrow = TypeSchema.parse(text(serializer).replace("int32", "int16"));
    Compatibility<Deep.L18> migration = serializer.compatibility(narrow);
    assertThat(migration).isInstanceOf(Compatibility.AfterMigration.class);
    assertThat(Bytes.read(((Compatibility.AfterMigration<Deep.L18>) migration).reader(), bytes))
        .isEqualTo(value);
    TypeSchema other = TypeSchema.parse(text(serializer).replace("int32", "string"));
    assertThat(serializer.compatibility(other))
        .isEqualTo(
            Compatibility.incompatible(
                "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.value: stored string, declared int32"));
    assertThat(SchemaDifference.of(other, serializer.schema())).endsWith("; and more");
    TypeSchema more = TypeSchema.parse(text(serializer).replace("int32", "int32, \"was\": int8"));
    assertThat(SchemaDifference.losses(serializer, more))
        .hasSize(100)
        .first()
        .isEqualTo("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.was int8");
  }

  private static byte[] l2Bytes(Deep.L2 l2) {
    return Bytes.of(Serializers.record(Deep.L2.class), l2);
  }

  @Test
  void losses_inEachPlace() {
    TypeSchema stored =
        TypeSchema.parse(
            text(Serializers.record(Trade.class)).replace("int64", "int64, \"currency\": string"));

    assertThat(SchemaDifference.losses(Serializers.record(Trade.class), stored))
        .containsExactly("paid.currency string", "fees[].currency string");
    assertThat(SchemaDifference.of(stored, Serializers.record(Trade.class).schema()))
        .isEqualTo(
            "paid: stored 'currency' string, not declared;"
                + " fees[]: stored 'currency' string, not declared");
  }

  @Test
  void compatibility_toldInFullOnceMore() {
    String money = "record \"Money\"(\"cents\": int64)";
    TypeSchema former =
        TypeSchema.parse(
            "record \"Trade\"(\"paid\": nullable(%s), \"fees\": nullable(list(%s)))"
                .formatted(money, money));

    assertThat(Serializers.record(Trade.class).compatibility(former))
        .isEqualTo(Compatibility.asIs());
  }

  @Test
  void compatibility_referencesToNothing() {
    TypeSerializer<Trade> trades = Serializers.record(Trade.class);
    for (String reference :
        List.of(
            "told \"Nobody\"",
            "told \"Trade\"",
            "told \"Money\"(\"2\")",
            "told \"Money\"(\"0\")",
            "told \"Money\"(\"x\")",
            "told \"Money\"(\"1\", \"1\")",
            "told")) {
      TypeSchema schema =
          TypeSchema.parse(
              "record \"Trade\"(\"paid\": nullable(record \"Money\"(\"cents\": int64)),"
                  + " \"fees\": nullable(list("
                  + reference
                  + ")))");
      assertThat(trades.compatibility(schema))
          .as(reference)
          .isInstanceOf(Compatibility.Incompatible.class);
      assertThatIllegalArgumentException()
          .as(reference)
          .isThrownBy(() -> Serializers.ofSchema(schema));
    }
  }

  /** Each record refers to the one before: without a limit that is a tower on the stack. */
  @Test
  void compatibility_towersOfReferences() {
    StringBuilder text = new StringBuilder("record \"R\"(\"r0\": record \"R0\"(\"v\": int8)");
    for (int i = 1; i < 5_000; i++) {
      text.append(
          ", \"r%d\": record \"R%d\"(\"x\": told \"R%d\", \"y\": told \"R%d\")"
              .formatted(i, i, i - 1, i - 1));
    }
    TypeSchema tower = TypeSchema.parse(text.append(")").toString());

    assertThat(Serializers.record(Money.class).compatibility(tower))
        .isInstanceOf(Compatibility.Incompatible.class);
    assertThatIllegalArgumentException().isThrownBy(() -> Serializers.ofSchema(tower));

    StringBuilder low = new StringBuilder("record \"R\"(\"r0\": record \"R0\"(\"v\": int8)");
    for (int i = 1; i < 60; i++) {
      low.append(
          ", \"r%d\": record \"R%d\"(\"x\": told \"R%d\", \"y\": told \"R%d\")"
              .formatted(i, i, i - 1, i - 1));
    }
    TypeSchema schema = TypeSchema.parse(low.append(")").toString());
    assertThat(Serializers.ofSchema(schema).schema()).isEqualTo(schema);
    assertThat(Serializers.record(Money.class).compatibility(schema))
        .isInstanceOf(Compatibility.AfterMigration.class);
  }

  @Test
  void compatibility_foreignSerializers() {
    TypeSerializer<Mixed> stored = mixed(Mixed.class);
    TypeSerializer<MixedWithMore> declared = mixed(MixedWithMore.class);
    Mixed value = new Mixed(new Money(1), List.of(new Money(2), new Money(3)), new Money(4));

    assertThat(text(stored)).contains("twice(told \"Money\", told \"Money\")");
    assertThat(stored.compatibility(reread(stored))).isEqualTo(Compatibility.asIs());
    Compatibility<MixedWithMore> answer = declared.compatibility(reread(stored));
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    assertThat(
            Bytes.read(
                ((Compatibility.AfterMigration<MixedWithMore>) answer).reader(),
                Bytes.of(stored, value)))
        .isEqualTo(new MixedWithMore(value.first(), value.twice(), value.last(), null));
  }

  private static <R extends Record> TypeSerializer<R> mixed(Class<R> type) {
    return Serializers.recordBuilder(type)
        .component("twice", new TwiceSerializer<>(Serializers.record(Money.class)))
        .build();
  }

  /** All in all of each other: far too many simple paths to write out. */
  static final class Clique {
    record A(B b, C c, D d, E e, F f, G g, H h, I i) {}

    record B(A a, C c, D d, E e, F f, G g, H h, I i) {}

    record C(A a, B b, D d, E e, F f, G g, H h, I i) {}

    record D(A a, B b, C c, E e, F f, G g, H h, I i) {}

    record E(A a, B b, C c, D d, F f, G g, H h, I i) {}

    record F(A a, B b, C c, D d, E e, G g, H h, I i) {}

    record G(A a, B b, C c, D d, E e, F f, H h, I i) {}

    record H(A a, B b, C c, D d, E e, F f, G g, I i) {}

    record I(A a, B b, C c, D d, E e, F f, G g, H h) {}
  }

  @Test
  void create_typesThatContainEachOtherInEveryWay() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.record(Clique.A.class))
        .withMessageContaining("write");
  }
}
