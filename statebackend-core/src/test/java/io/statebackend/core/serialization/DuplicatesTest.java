// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A serializer made of thread-safe ones is its own duplicate; otherwise it gets parts of its own.
 */
final class DuplicatesTest {
  /** Strings, by a serializer that knows which of its kind it is, and counts what it writes. */
  private static final class Confined implements TypeSerializer<String> {
    private int writtenCount;

    @Override
    public void serialize(String value, BinaryOutput out) {
      writtenCount++;
      out.writeString(value);
    }

    @Override
    public String deserialize(BinaryInput in) {
      return in.readString();
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public TypeSerializer<String> duplicate() {
      return new Confined();
    }

    @Override
    public TypeSchema schema() {
      return TypeSchema.of("confined");
    }
  }

  record Leaf(String text) {}

  /** Contains itself and a part that contains it. */
  record Tree(String text, List<Tree> children, Optional<Holder> holder, Leaf a, Leaf b) {}

  record Holder(Tree tree, Leaf leaf) {}

  sealed interface Shape {}

  record Dot(int x) implements Shape {}

  record Group(List<Shape> shapes) implements Shape {}

  private final Confined confined = new Confined();

  private <T> void check(TypeSerializer<T> serializer, T value) {
    TypeSerializer<T> duplicate = serializer.duplicate();
    int before = confined.writtenCount;
    byte[] bytes = Bytes.of(duplicate, value);

    assertThat(duplicate).isNotSameAs(serializer);
    assertThat(confined.writtenCount).as("the original writes nothing").isEqualTo(before);
    assertThat(bytes).isEqualTo(Bytes.of(serializer, value));
    assertThat(confined.writtenCount).as("the original writes").isGreaterThan(before);
    assertThat(serializer.equal(Bytes.read(duplicate, bytes), value)).isTrue();
    assertThat(duplicate.schema()).isEqualTo(serializer.schema());
    assertThat(duplicate.isImmutable()).isEqualTo(serializer.isImmutable());
    assertThat(duplicate.fixedLength()).isEqualTo(serializer.fixedLength());
    assertThat(duplicate.duplicate()).isNotSameAs(duplicate);
  }

  private static void checkSame(TypeSerializer<?> serializer) {
    assertThat(serializer.duplicate()).isSameAs(serializer);
  }

  @Test
  void duplicate_threadSafeParts() {
    Samples.all().forEach(samples -> checkSame(samples.serializer()));
    checkSame(Serializers.sealed(Shape.class));
    checkSame(Serializers.record(Tree.class));
    checkSame(Serializers.ofSchema(Serializers.record(Tree.class).schema()));
  }

  @Test
  void duplicate_collections() {
    check(Serializers.list(confined), List.of("a"));
    Deque<String> deque = new ArrayDeque<>(List.of("a", "b"));
    check(Serializers.deque(confined), deque);
    check(Serializers.set(confined), Set.of("a"));
    check(Serializers.optional(confined), Optional.of("a"));
    check(Serializers.array(String.class, confined), new String[] {"a"});
    check(Serializers.map(confined, Serializers.LONG), Map.of("a", 1L));
    check(Serializers.map(Serializers.LONG, confined), Map.of(1L, "a"));
    check(Serializers.map(Serializers.LONG, Serializers.list(confined)), Map.of(1L, List.of("a")));
  }

  @Test
  void duplicate_records() {
    check(Serializers.recordBuilder(Leaf.class).component("text", confined).build(), new Leaf("a"));
    Leaf leaf = new Leaf("l");
    Tree inner = new Tree("i", List.of(), Optional.empty(), leaf, null);
    check(
        Serializers.recordBuilder(Tree.class).component("text", confined).build(),
        new Tree("o", List.of(inner), Optional.of(new Holder(inner, leaf)), leaf, leaf));
  }
}
