// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.serializers.CompatibleFieldSerializer;
import com.esotericsoftware.kryo.serializers.TaggedFieldSerializer;
import com.esotericsoftware.kryo.serializers.TaggedFieldSerializer.Tag;
import io.statebackend.api.Compatibility;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Classes that Kryo wrote, read after they have changed. */
@SuppressWarnings("UnusedVariable") // Fields are read and written by Kryo.
final class KryoEvolutionTest {
  private static final String HERE = "io.statebackend.core.serialization.KryoEvolutionTest$";

  enum Level {
    LOW,
    HIGH
  }

  static class Address {
    String street;
    Address next;
  }

  static class AddressV2 {
    String street = "none";

    AddressV2() {}
  }

  static class Order {
    int count;
    float weight;
    Integer boxed;
    String name;
    Level level;
    Address address;
    List<Address> addresses = new ArrayList<>();
    Address[] array;
    Object open;
    Order self;

    static Order some() {
      Order order = new Order();
      order.count = 7;
      order.weight = 1.5f;
      order.boxed = 3;
      order.name = "a";
      order.level = Level.HIGH;
      order.address = new Address();
      order.address.street = "b";
      order.address.next = order.address;
      order.addresses.add(order.address);
      order.array = new Address[] {order.address, null};
      order.open = "open";
      order.self = order;
      return order;
    }
  }

  /** {@link Order} with less, more, wider and renamed fields. */
  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Order")
  static class Order2 {
    int added = 42;
    long count;
    double weight;
    Number boxed;

    @FormerNames("name")
    String title;

    Level level;
    Object open;
    Order2 self;
  }

  /** {@link Order2} with what it had lost. */
  @FormerNames({
    "io.statebackend.core.serialization.KryoEvolutionTest$Order",
    "io.statebackend.core.serialization.KryoEvolutionTest$Order2"
  })
  static class Order3 {
    long count;

    @FormerNames({"name", "title"})
    CharSequence text;

    Order3 self;
    List<String> tags = new ArrayList<>();

    Order3() {}
  }

  static class Counter {
    int count;
  }

  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Counter")
  static class NarrowCounter {
    short count;
  }

  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Order")
  static class KeepsAddress {
    Address address;
  }

  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Order")
  static class OtherAddress {
    AddressV2 address;
  }

  static class Holder {
    Object any;
    List<Object> list;
  }

  static class Extra {}

  record Point(int x, String label) {}

  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Point")
  record Point2(@DefaultValue("9") int y, long x) {}

  enum Mood {
    GOOD,
    BAD,
    WORSE
  }

  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Mood")
  enum Mood2 {
    @FormerNames("BAD")
    UGLY,
    GOOD
  }

  static class Account {
    @Tag(1)
    int count = 1;

    @Tag(2)
    String name = "a";
  }

  /** {@link Account} with another field, for which Kryo's own serializers have a place. */
  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$Account")
  static class Account2 {
    @Tag(1)
    int count;

    @Tag(2)
    String name;

    @Tag(3)
    long added = 42;
  }

  static class WithMood {
    Mood mood;
    List<Mood> all = new ArrayList<>();
  }

  @FormerNames("io.statebackend.core.serialization.KryoEvolutionTest$WithMood")
  static class WithMood2 {
    Mood2 mood;
    List<Mood2> all;
  }

  private static <A, B> B migrate(TypeSerializer<A> before, A value, TypeSerializer<B> after) {
    Compatibility<B> answer = after.compatibility(before.schema());
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<B> reader = ((Compatibility.AfterMigration<B>) answer).reader();
    B read = Bytes.read(reader, Bytes.of(before, value));
    // What was migrated is written and read by the new serializer like any other value.
    return Bytes.read(after, Bytes.of(after, read));
  }

  private static void assertRefused(
      TypeSerializer<?> before, TypeSerializer<?> after, String reason) {
    assertThat(after.compatibility(before.schema())).isEqualTo(Compatibility.incompatible(reason));
  }

  @Test
  void compatibility_fieldsChange() {
    Order2 read =
        migrate(Serializers.kryo(Order.class), Order.some(), Serializers.kryo(Order2.class));

    assertThat(read.added).isEqualTo(42);
    assertThat(read.count).isEqualTo(7);
    assertThat(read.weight).isEqualTo(1.5);
    assertThat(read.boxed).isEqualTo(3);
    assertThat(read.title).isEqualTo("a");
    assertThat(read.level).isEqualTo(Level.HIGH);
    assertThat(read.open).isEqualTo("open");
    assertThat(read.self).isSameAs(read);
  }

  @Test
  void compatibility_chain() {
    Order2 second =
        migrate(Serializers.kryo(Order.class), Order.some(), Serializers.kryo(Order2.class));
    Order3 third = migrate(Serializers.kryo(Order2.class), second, Serializers.kryo(Order3.class));
    Order3 direct =
        migrate(Serializers.kryo(Order.class), Order.some(), Serializers.kryo(Order3.class));

    for (Order3 read : List.of(third, direct)) {
      assertThat(read.count).isEqualTo(7);
      assertThat(read.text).hasToString("a");
      assertThat(read.self).isSameAs(read);
      assertThat(read.tags).isEmpty();
    }
  }

  @Test
  void compatibility_narrowerField() {
    assertRefused(
        Serializers.kryo(Counter.class),
        Serializers.kryo(NarrowCounter.class),
        "KryoEvolutionTest$Counter.count: stored int, declared short");
  }

  @Test
  void compatibility_keptFieldOfAnotherClass() {
    assertRefused(
        Serializers.kryo(Order.class),
        Serializers.kryo(OtherAddress.class),
        "KryoEvolutionTest$Order.address: stored "
            + HERE
            + "Address, declared "
            + HERE
            + "AddressV2; list the former name of a class in its @FormerNames");
  }

  @Test
  void compatibility_classRenamedByTheBuilder() {
    TypeSerializer<OtherAddress> after =
        Serializers.kryoBuilder(OtherAddress.class)
            .formerName(AddressV2.class, HERE + "Address")
            .build();

    OtherAddress read = migrate(Serializers.kryo(Order.class), Order.some(), after);

    assertThat(read.address.street).isEqualTo("b");
  }

  @Test
  void compatibility_keepsASharedObject() {
    KeepsAddress read =
        migrate(Serializers.kryo(Order.class), Order.some(), Serializers.kryo(KeepsAddress.class));

    assertThat(read.address.next).isSameAs(read.address);
  }

  @Test
  void compatibility_classNoLongerRegistered() {
    assertRefused(
        Serializers.kryo(Holder.class, Address.class),
        Serializers.kryo(Holder.class),
        ("class %1$sAddress was registered when the state was written, and is not now; name it,"
                + " Serializers.kryo(Holder.class, %1$sAddress.class), or the class that has taken"
                + " its place by formerName, or say by gone(\"%1$sAddress\") that no such object is"
                + " left")
            .formatted(HERE));
  }

  @Test
  void compatibility_classGone() {
    TypeSerializer<Holder> before = Serializers.kryo(Holder.class, Address.class);
    TypeSerializer<Holder> after =
        Serializers.kryoBuilder(Holder.class).gone(HERE + "Address").build();
    Holder without = new Holder();
    without.any = "text";
    Holder with = new Holder();
    with.list = new ArrayList<>(List.of(new Address()));

    assertThat(migrate(before, without, after).any).isEqualTo("text");
    assertThatThrownBy(() -> migrate(before, with, after))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            "an object of class "
                + HERE
                + "Address is in the stored state, and the class is not registered any more: name"
                + " it, or the class that has taken its place, to"
                + " Serializers.kryoBuilder(Holder.class)");
  }

  @Test
  void compatibility_rootRenamedWithoutAFormerName() {
    assertRefused(
        Serializers.kryo(Counter.class),
        Serializers.kryo(Address.class),
        "values are of class "
            + HERE
            + "Counter, which is not registered now; list the name in @FormerNames of the class"
            + " that has taken its place, or in Serializers.kryoBuilder(...).formerName");
  }

  @Test
  void compatibility_rootOfAnotherClass() {
    assertRefused(
        Serializers.kryo(Counter.class),
        Serializers.kryo(Address.class, Counter.class),
        "stored kryo \"" + HERE + "Counter\", declared kryo \"" + HERE + "Address\"");
  }

  @Test
  void compatibility_arrayOfNothing() {
    TypeSerializer<Address[]> serializer = Serializers.kryo(Address[].class);
    String text = serializer.schema().toString();
    String damaged = text.replaceFirst("elements\\([^)]*\\)", "elements");
    assertThat(damaged).isNotEqualTo(text);
    assertThat(serializer.compatibility(TypeSchema.parse(damaged)))
        .isEqualTo(
            Compatibility.incompatible(
                "stored class [L" + HERE + "Address; without a form, or twice"));
  }

  @Test
  void compatibility_records() {
    Point2 read =
        migrate(Serializers.kryo(Point.class), new Point(5, "a"), Serializers.kryo(Point2.class));

    assertThat(read).isEqualTo(new Point2(9, 5));
  }

  @Test
  void compatibility_enumConstants() {
    WithMood good = new WithMood();
    good.mood = Mood.BAD;
    good.all.add(Mood.GOOD);
    WithMood worse = new WithMood();
    worse.mood = Mood.WORSE;
    TypeSerializer<WithMood> before = Serializers.kryo(WithMood.class, Mood.class);
    TypeSerializer<WithMood2> after = Serializers.kryo(WithMood2.class, Mood2.class);

    WithMood2 read = migrate(before, good, after);

    assertThat(read.mood).isEqualTo(Mood2.UGLY);
    assertThat(read.all).containsExactly(Mood2.GOOD);
    assertThatThrownBy(() -> migrate(before, worse, after))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            "enum constant 'WORSE' of "
                + HERE
                + "Mood2 is in the stored state and is no constant any more: declare it again, or"
                + " name it as a former name of another");
  }

  @Test
  void kryoBuilder_noSerializer() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Serializers.kryoBuilder(Holder.class).register(Counter.class, Extra.class))
        .withMessage(
            "not a serializer of Kryo: "
                + HERE
                + "Extra; it extends com.esotericsoftware.kryo.Serializer");
  }

  /** What Kryo's serializers can read is their affair: a class of theirs is one opaque form. */
  @ParameterizedTest
  @ValueSource(classes = {CompatibleFieldSerializer.class, TaggedFieldSerializer.class})
  void kryoBuilder_serializerThatEvolvesByItself(Class<?> serializer) {
    Account2 read =
        migrate(
            Serializers.kryoBuilder(Account.class).register(Account.class, serializer).build(),
            new Account(),
            Serializers.kryoBuilder(Account2.class).register(Account2.class, serializer).build());

    assertThat(read.count).isEqualTo(1);
    assertThat(read.name).isEqualTo("a");
    assertThat(read.added).isEqualTo(42);
  }

  @Test
  void kryoBuilder_serializerOfAClass() {
    TypeSerializer<Holder> serializer =
        Serializers.kryoBuilder(Holder.class)
            .register(Map.class)
            .register(Counter.class, CompatibleFieldSerializer.class)
            .build();
    Holder holder = new Holder();
    Counter counter = new Counter();
    counter.count = 3;
    holder.any = counter;

    Holder read = Bytes.read(serializer, Bytes.of(serializer, holder));

    assertThat(((Counter) read.any).count).isEqualTo(3);
    assertThat(serializer.schema().toString()).contains("\"" + HERE + "Counter\": opaque");
    assertRefused(
        serializer,
        Serializers.kryo(Holder.class, Counter.class),
        "KryoEvolutionTest$Counter: stored opaque, declared fields(final \"int\")");
  }
}
