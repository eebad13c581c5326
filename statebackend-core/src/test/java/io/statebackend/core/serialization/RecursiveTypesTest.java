// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.records.BackReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Records and sealed interfaces that contain themselves. Round trips are those of all samples. */
// Versions of a type have one name; odd types on purpose.
@SuppressWarnings({"SameNameButDifferent", "ArrayRecordComponent"})
final class RecursiveTypesTest {
  private static final String HERE = "io.statebackend.core.serialization.RecursiveTypesTest$";

  record Tree(int value, List<Tree> children) {}

  record WideTree(long value, List<WideTree> children, @DefaultValue("-") String label) {}

  record Branch(int value, @FormerNames("children") List<Branch> branches) {}

  record TextTree(String value, List<TextTree> children) {}

  record Leaf(int value) {}

  record TwoLevels(int value, List<Leaf> children) {}

  record Link(int value, Link next) {}

  record OptionalLink(int value, Optional<OptionalLink> next) {}

  record Owner(String name, Pet pet) {}

  record Pet(Owner owner, int[] weights) {}

  record Box<T>(T content) {}

  record First(Box<Second> box) {}

  record Second(Box<First> box) {}

  record Longer<T>(T value, Longer<List<T>> next) {}

  static final class V1 {
    sealed interface Formula {}

    record Literal(int value) implements Formula {}

    record Sum(Formula left, Formula right) implements Formula {}
  }

  static final class V2 {
    sealed interface Formula {}

    record Product(List<Formula> factors) implements Formula {}

    record Sum(Formula left, Formula right) implements Formula {}

    record Literal(long value) implements Formula {}
  }

  private static final TypeSerializer<Tree> TREES = Serializers.record(Tree.class);
  private static final TypeSerializer<Link> LINKS = Serializers.record(Link.class);
  private static final Tree TREE =
      new Tree(1, List.of(new Tree(2, List.of(new Tree(3, List.of()))), new Tree(4, null)));

  private static Link chain(int length) {
    Link link = null;
    for (int i = 0; i < length; i++) {
      link = new Link(i, link);
    }
    return link;
  }

  private static <A, B> B migrate(TypeSerializer<A> stored, A value, TypeSerializer<B> declared) {
    TypeSchema schema = TypeSchema.parse(stored.schema().toString());
    Compatibility<B> answer = declared.compatibility(schema);
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    return Bytes.read(((Compatibility.AfterMigration<B>) answer).reader(), Bytes.of(stored, value));
  }

  @Test
  void schema_refersToTheTypeAround() {
    assertThat(TREES.schema())
        .hasToString(
            "record \"%1$sTree\"(\"value\": int32, \"children\": nullable(list(enclosing \"%1$sTree\")))"
                .formatted(HERE));
    assertThat(Serializers.record(First.class).schema().toString().replace(HERE, ""))
        // The innermost Box is that of First: the outer one is written out again.
        .isEqualTo(
            "record \"First\"(\"box\": nullable(record \"Box\"(\"content\": nullable(record"
                + " \"Second\"(\"box\": nullable(record \"Box\"(\"content\": nullable(enclosing"
                + " \"First\"))))))))");
    assertThat(Serializers.of(new TypeRef<Box<First>>() {}).schema().toString().replace(HERE, ""))
        .isEqualTo(
            "record \"Box\"(\"content\": nullable(record \"First\"(\"box\": nullable(record"
                + " \"Box\"(\"content\": nullable(record \"Second\"(\"box\": nullable(record"
                + " \"Box\"(\"content\": nullable(enclosing \"First\"))))))))))");
  }

  @Test
  void isImmutable_followsTheOtherParts() {
    assertThat(LINKS.isImmutable()).isTrue();
    assertThat(Serializers.sealed(V1.Formula.class).isImmutable()).isTrue();
    assertThat(TREES.isImmutable()).isFalse();
    assertThat(Serializers.record(Owner.class).isImmutable()).isFalse();
  }

  @Test
  void copy_sharesNothingMutable() {
    TypeSerializer<Owner> serializer = Serializers.record(Owner.class);
    Owner inner = new Owner("inner", new Pet(null, new int[] {1}));
    Owner owner = new Owner("outer", new Pet(inner, new int[] {2}));

    Owner copy = serializer.copy(owner);
    inner.pet().weights()[0] = 9;

    assertThat(serializer.equal(copy, owner)).isFalse();
    assertThat(copy.pet().owner().pet().weights()).containsExactly(1);
  }

  @Test
  void checkKey_asThePartsSay() {
    Serializers.checkKey(LINKS, "key");
    assertThat(LINKS.stableHash(chain(3))).isEqualTo(LINKS.stableHash(chain(3)));
    record ByName(Map<String, ByName> parts) {}
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.checkKey(Serializers.record(ByName.class), "key"))
        .withMessageContaining("because of map(string, enclosing");
  }

  @Test
  void record_longerTypeArgumentsEachTime() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.of(new TypeRef<Longer<Long>>() {}))
        .withMessageContaining("it is inside more than 32 others, or contains itself with ever")
        .withMessageContaining("write it by Serializers.kryo(Longer.class)");
  }

  // Depth.

  @Test
  void deepest_fitsASmallStack() throws InterruptedException {
    Link deep = chain(BackReference.DEPTH_MAX + 1);
    V1.Formula formula = new V1.Literal(0);
    Tree tree = new Tree(0, List.of());
    for (int i = 0; i < BackReference.DEPTH_MAX; i++) {
      formula = new V1.Sum(formula, new V1.Literal(i));
      tree = new Tree(i, new ArrayList<>(List.of(tree)));
    }
    V1.Formula deepFormula = formula;
    Tree deepTree = tree;
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable work =
        () -> {
          checkAll(LINKS, deep);
          checkAll(TREES, deepTree);
          checkAll(Serializers.sealed(V1.Formula.class), deepFormula);
          assertThat(migrate(TREES, deepTree, Serializers.record(WideTree.class))).isNotNull();
        };
    Thread thread = new Thread(null, work, "small stack", 512 << 10);
    thread.setUncaughtExceptionHandler((t, e) -> failure.set(e));
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
  }

  private static <T> void checkAll(TypeSerializer<T> serializer, T value) {
    byte[] bytes = Bytes.of(serializer, value);
    assertThat(serializer.equal(Bytes.read(serializer, bytes), value)).isTrue();
    assertThat(serializer.equal(serializer.copy(value), value)).isTrue();
    TypeSerializer<Object> bySchema = Serializers.ofSchema(serializer.schema());
    assertThat(Bytes.of(bySchema, Bytes.read(bySchema, bytes))).isEqualTo(bytes);
  }

  @Test
  void serialize_tooDeep() {
    String message =
        "a value of "
            + HERE
            + "Link is nested too deep: expected=256 levels at most; keep what is chained in a"
            + " List, or what belongs to one key in a map state";
    Link deep = chain(100_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LINKS.serialize(deep, new BinaryOutput()))
        .withMessage(message);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LINKS.equal(deep, chain(100_000)))
        .withMessage(message);
    Tree tree = new Tree(0, List.of());
    for (int i = 0; i < 100_000; i++) {
      tree = new Tree(i, List.of(tree));
    }
    Tree deepTree = tree;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TREES.copy(deepTree))
        .withMessageContaining("is nested too deep");
    // The failures leave nothing behind.
    checkAll(LINKS, chain(BackReference.DEPTH_MAX + 1));
  }

  @Test
  void deserialize_tooDeep() {
    // No null, number 0, and so on.
    byte[] bytes = new byte[100_000];
    assertThatThrownBy(() -> Bytes.read(LINKS, bytes))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage("values of " + HERE + "Link are nested too deep: expected=256 levels at most");
    assertThatThrownBy(() -> Bytes.read(Serializers.ofSchema(LINKS.schema()), bytes))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("nested too deep");
    byte[] ones = new byte[100_000];
    Arrays.fill(ones, (byte) 1);
    assertThatThrownBy(
            () ->
                Bytes.read(
                    Serializers.ofSchema(schema("record \"R\"(\"r\": enclosing \"R\")")), ones))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("nested too deep");
  }

  // Evolution.

  private static TypeSchema schema(String text) {
    return TypeSchema.parse(text);
  }

  @Test
  void compatibility_namesDoNotCount() {
    assertThat(Serializers.record(Branch.class).compatibility(TREES.schema()))
        .isEqualTo(Compatibility.asIs());
    assertThat(
            LINKS.compatibility(
                schema(
                    "record \"L\"(\"value\": int32, \"next\": nullable(record"
                        + " \"Twice\"(\"value\": int32, \"next\": nullable(enclosing \"L\"))))")))
        .isEqualTo(Compatibility.asIs());
  }

  @Test
  void compatibility_changesAtEachLevel() {
    WideTree read = migrate(TREES, TREE, Serializers.record(WideTree.class));

    assertThat(read)
        .isEqualTo(
            new WideTree(
                1,
                List.of(
                    new WideTree(2, List.of(new WideTree(3, List.of(), "-")), "-"),
                    new WideTree(4, null, "-")),
                "-"));
  }

  @Test
  void compatibility_cases() {
    V1.Formula formula =
        new V1.Sum(new V1.Literal(1), new V1.Sum(new V1.Literal(2), new V1.Literal(3)));

    V2.Formula read =
        migrate(
            Serializers.sealed(V1.Formula.class), formula, Serializers.sealed(V2.Formula.class));

    assertThat(read)
        .isEqualTo(new V2.Sum(new V2.Literal(1), new V2.Sum(new V2.Literal(2), new V2.Literal(3))));
  }

  @Test
  void compatibility_recursionComesAndGoes() {
    assertThat(migrate(TREES, TREE, Serializers.record(Leaf.class))).isEqualTo(new Leaf(1));
    assertThat(migrate(Serializers.record(Leaf.class), new Leaf(1), TREES))
        .isEqualTo(new Tree(1, List.of()));
    assertThat(migrate(TREES, TREE, Serializers.record(TwoLevels.class)))
        .isEqualTo(new TwoLevels(1, List.of(new Leaf(2), new Leaf(4))));
    assertThat(migrate(LINKS, chain(3), Serializers.record(OptionalLink.class)))
        .isEqualTo(
            new OptionalLink(
                2,
                Optional.of(
                    new OptionalLink(1, Optional.of(new OptionalLink(0, Optional.empty()))))));
  }

  @Test
  void compatibility_incompatible() {
    assertThat(Serializers.record(TextTree.class).compatibility(TREES.schema()))
        .isEqualTo(Compatibility.incompatible("value: stored int32, declared string"));
    assertThat(
            TREES.compatibility(
                schema(
                    "record \"T\"(\"value\": int32, \"children\": nullable(list(record"
                        + " \"U\"(\"value\": string, \"children\": nullable(list(enclosing"
                        + " \"T\"))))))")))
        .isEqualTo(Compatibility.incompatible("children[].value: stored string, declared int32"));
    assertThat(
            TREES.compatibility(
                schema("record \"T\"(\"value\": int32, \"children\": list(enclosing \"None\"))")))
        .isEqualTo(
            Compatibility.incompatible(
                "children[]: stored enclosing \"None\", declared record \"" + HERE + "Tree\""));
  }

  @Test
  void compatibility_schemaMadeToTakeLong() {
    // Each level refers to all levels around it.
    int levels = 20;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < levels; i++) {
      text.append("union \"U").append(i).append("\"(\"Literal\": record \"N\"(\"value\": int16)");
      text.append(", \"Sum\": record \"S").append(i).append("\"(\"right\": nullable(enclosing \"U");
      text.append(i / 2).append("\"), \"left\": nullable(");
    }
    text.append("enclosing \"U0\"").append(")))".repeat(levels));

    Compatibility<V1.Formula> answer =
        Serializers.sealed(V1.Formula.class).compatibility(schema(text.toString()));

    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
  }
}
