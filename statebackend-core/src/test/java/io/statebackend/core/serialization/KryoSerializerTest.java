// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Samples.Customer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

@SuppressWarnings("UnusedVariable") // Fields are read by Kryo.
final class KryoSerializerTest {
  private static final String PREFIX = "io.statebackend.core.serialization.KryoSerializerTest$";

  static class Node {
    String name;
    Node next;
  }

  static class Holder {
    Object any;
    List<?> list;
  }

  static class Extra {
    int number;
  }

  enum Mood {
    GOOD,
    BAD
  }

  static class Small {
    int count;
    String name;
    Mood mood;
  }

  static class WithLock {
    private final ReentrantLock lock = new ReentrantLock();
  }

  static class WithEquals {
    int number;

    @Override
    public boolean equals(Object other) {
      return other instanceof WithEquals that && that.number == number;
    }

    @Override
    public int hashCode() {
      return number;
    }
  }

  @Test
  void schema_namesClassesAndFields() {
    assertThat(Serializers.kryo(Small.class, Extra.class).schema())
        .hasToString(
            "kryo \"%1$sSmall\"(\"%1$sSmall\": fields(\"count\": final \"int\", \"mood\": final \"%1$sMood\", \"name\": final \"java.lang.String\"), \"%1$sExtra\": fields(\"number\": final \"int\"), \"%1$sMood\": enum(\"GOOD\", \"BAD\"))"
                .formatted(PREFIX));
  }

  @Test
  void deserialize_transientFieldAndNoConstructor() {
    TypeSerializer<Customer> serializer = Serializers.kryo(Customer.class);
    Customer read = Bytes.read(serializer, Bytes.of(serializer, new Customer()));
    // The constructor ran, which sets the transient field, and the form has no say in it.
    assertThat(read.hasCache()).isTrue();
    TypeSerializer<Samples.Square> squares = Serializers.kryo(Samples.Square.class);
    Samples.Square square = new Samples.Square(3);
    assertThat(squares.equal(Bytes.read(squares, Bytes.of(squares, square)), square)).isTrue();
  }

  @Test
  void deserialize_cycleAndSharedObject() {
    TypeSerializer<Node> serializer = Serializers.kryo(Node.class);
    Node node = new Node();
    node.name = "a";
    node.next = new Node();
    node.next.next = node;

    Node read = Bytes.read(serializer, Bytes.of(serializer, node));

    assertThat(read.name).isEqualTo("a");
    assertThat(read.next).isNotSameAs(read);
    assertThat(read.next.next).isSameAs(read);
    Node copy = serializer.copy(node);
    assertThat(copy).isNotSameAs(node);
    assertThat(copy.next.next).isSameAs(copy);
  }

  @Test
  void serialize_equalStringsAreOneForm() {
    TypeSerializer<Node> serializer = Serializers.kryo(Node.class);
    Node one = new Node();
    one.name = "ab";
    one.next = new Node();
    one.next.name = one.name;
    Node other = new Node();
    other.name = "ab";
    other.next = new Node();
    other.next.name = String.valueOf(new char[] {'a', 'b'});
    assertThat(Bytes.of(serializer, one)).isEqualTo(Bytes.of(serializer, other));
    assertThat(serializer.equal(one, other)).isTrue();
  }

  @Test
  void serialize_tooDeep() {
    TypeSerializer<Node> serializer = Serializers.kryo(Node.class);
    Node head = new Node();
    for (int i = 0; i < 100_000; i++) {
      Node node = new Node();
      node.next = head;
      head = node;
    }
    Node deep = head;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.serialize(deep, new BinaryOutput()))
        .withMessageContaining("512 levels deep; keep what is chained");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.copy(deep))
        .withMessageContaining("its objects refer to each other more than 512 levels deep");
    // The failure leaves nothing behind.
    assertThat(Bytes.read(serializer, Bytes.of(serializer, new Node())).next).isNull();
  }

  @Test
  void serialize_unregisteredClass() {
    TypeSerializer<Holder> serializer = Serializers.kryo(Holder.class);
    Holder holder = new Holder();
    holder.any = new Extra();
    String line =
        "class %1$sExtra is not registered; name it: Serializers.kryo(%2$sHolder.class, %2$sExtra.class)"
            .formatted(PREFIX, PREFIX.replace('$', '.'));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.serialize(holder, new BinaryOutput()))
        .withMessageContaining(line);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.copy(holder))
        .withMessageContaining(line);

    TypeSerializer<Holder> named = Serializers.kryo(Holder.class, Extra.class);
    assertThat(Bytes.read(named, Bytes.of(named, holder)).any).isInstanceOf(Extra.class);
  }

  @Test
  void serialize_classNobodyCanName() {
    TypeSerializer<Holder> serializer = Serializers.kryo(Holder.class);
    Holder holder = new Holder();
    holder.list = new ArrayList<>(List.of(1)).subList(0, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.serialize(holder, new BinaryOutput()))
        .withMessageContaining(
            "class java.util.ArrayList$SubList is not registered; nobody can"
                + " name this class; use another one, such as ArrayList, in its place");
  }

  @Test
  void deserialize_usualCollections() {
    TypeSerializer<Holder> serializer = Serializers.kryo(Holder.class);
    for (List<?> list :
        List.of(
            new ArrayList<>(List.of("a", 1L)),
            List.of(),
            List.of(1),
            List.of(1, 2, 3, 4),
            Arrays.asList("a", null),
            Collections.emptyList(),
            Collections.singletonList("a"))) {
      Holder holder = new Holder();
      holder.list = list;
      assertThat(Bytes.read(serializer, Bytes.of(serializer, holder)).list)
          .isEqualTo(list)
          .hasSameClassAs(list);
      assertThat(serializer.copy(holder).list).isEqualTo(list);
    }
  }

  @Test
  void kryo_classThatCannotBeWritten() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.kryo(WithLock.class))
        .withMessageContaining("class java.util.concurrent.locks.ReentrantLock")
        .withMessageContaining("transient");
    Runnable lambda = () -> {};
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.kryo(Holder.class, lambda.getClass()))
        .withMessageContaining("no name in the next run");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.kryo(Runnable.class))
        .withMessageContaining("java.lang.Runnable can be any class; name those that occur");
  }

  @Test
  void compatibility_otherOrderOfRegistration() {
    TypeSerializer<Holder> before = Serializers.kryo(Holder.class, Extra.class, Small.class);
    TypeSerializer<Holder> after = Serializers.kryo(Holder.class, Small.class, Extra.class);
    Holder holder = new Holder();
    Extra extra = new Extra();
    extra.number = 7;
    holder.any = extra;

    Compatibility<Holder> answer = after.compatibility(before.schema());

    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<Holder> reader = ((Compatibility.AfterMigration<Holder>) answer).reader();
    Holder read = Bytes.read(reader, Bytes.of(before, holder));
    assertThat(((Extra) read.any).number).isEqualTo(7);
    assertThat(before.compatibility(before.schema())).isEqualTo(Compatibility.asIs());
  }

  @Test
  void compatibility_oneMoreClassAtTheEnd() {
    // The classes reached follow those named, in the order of their names.
    TypeSerializer<Small> before = Serializers.kryo(Small.class);
    assertThat(Serializers.kryo(Small.class).compatibility(before.schema()))
        .isEqualTo(Compatibility.asIs());
    assertThat(Serializers.kryo(Small.class, Extra.class).compatibility(before.schema()))
        .isInstanceOf(Compatibility.AfterMigration.class);
  }

  @Test
  void deserialize_classByName() {
    TypeSerializer<Holder> serializer = Serializers.kryo(Holder.class);
    // Kryo's mark of a class name, its number, and the name.
    byte[] bytes = {4, 1, 0, 'A', (byte) ('b' | 0x80)};
    assertThatThrownBy(() -> Bytes.read(serializer, bytes))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("a class by its name, expected=the id of a registered class");
  }

  @Test
  void deserialize_countBeyondTheBytes() {
    TypeSerializer<int[]> serializer = Serializers.kryo(int[].class);
    byte[] good = Bytes.of(serializer, new int[] {1});
    // Length, class id, mark of a new object, count + 1, element.
    assertThat(good).hasSize(5);
    byte[] bytes = {8, good[1], good[2], -1, -1, -1, -1, 7, good[4]};
    assertThatThrownBy(() -> Bytes.read(serializer, bytes))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("a count exceeds the bytes: count=2147483647, bytes=8");
  }

  @Test
  void deserialize_wrongClassOrUnreadBytes() {
    TypeSerializer<Holder> holders = Serializers.kryo(Holder.class, Extra.class);
    TypeSerializer<Object> anything = Serializers.kryo(Object.class, Holder.class, Extra.class);
    byte[] extra = Bytes.of(anything, new Extra());
    assertThatThrownBy(() -> Bytes.read(holders, extra))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage(
            "not a %1$sHolder as Kryo writes it: actual=%1$sExtra, unreadBytes=0"
                .formatted(PREFIX));
    byte[] longer = Arrays.copyOf(extra, extra.length + 1);
    longer[0]++;
    assertThatThrownBy(() -> Bytes.read(anything, longer))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("unreadBytes=1");
  }

  @Test
  void copy_sharesNothingMutable() {
    TypeSerializer<Customer> serializer = Serializers.kryo(Customer.class);
    Customer customer = Customer.some(new Random(1));
    String street = customer.home().street;

    Customer copy = serializer.copy(customer);
    customer.home().street = "changed";
    customer.addresses().clear();

    assertThat(copy.name()).isEqualTo(customer.name());
    assertThat(copy.home().street).isEqualTo(street);
    assertThat(copy.addresses()).containsExactly(copy.home(), null);
  }

  @Test
  void equal_byEqualsOrBytes() {
    TypeSerializer<WithEquals> withEquals = Serializers.kryo(WithEquals.class);
    assertThat(withEquals.equal(new WithEquals(), new WithEquals())).isTrue();
    TypeSerializer<Extra> without = Serializers.kryo(Extra.class);
    Extra other = new Extra();
    assertThat(without.equal(new Extra(), other)).isTrue();
    other.number = 1;
    assertThat(without.equal(new Extra(), other)).isFalse();
  }

  @Test
  void checkKey_flatObjectsOnly() {
    Serializers.checkKey(Serializers.kryo(Small.class), "key");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.checkKey(Serializers.kryo(Customer.class), "key"))
        .withMessageContaining("use a record of what identifies the value");
  }

  @Test
  void serialize_inFourThreadsAtOnce() throws Exception {
    TypeSerializer<Customer> serializer = Serializers.kryo(Customer.class);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int seed = 0; seed < 4; seed++) {
        Random random = new Random(seed);
        tasks.add(
            () -> {
              int same = 0;
              for (int i = 0; i < 500; i++) {
                Customer customer = Customer.some(random);
                byte[] bytes = Bytes.of(serializer, customer);
                Customer read = serializer.copy(Bytes.read(serializer, bytes));
                same += Arrays.equals(Bytes.of(serializer, read), bytes) ? 1 : 0;
              }
              return same;
            });
      }
      for (Future<Integer> result : threads.invokeAll(tasks)) {
        assertThat(result.get()).isEqualTo(500);
      }
    } finally {
      threads.shutdownNow();
      assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }
  }

  static class Bomb {
    String text;
    Throwable error;
  }

  /** Writes a part of an object, and then may fail. */
  public static class BombSerializer extends com.esotericsoftware.kryo.Serializer<Bomb> {
    @Override
    public void write(
        com.esotericsoftware.kryo.Kryo kryo,
        com.esotericsoftware.kryo.io.Output output,
        Bomb bomb) {
      output.writeString(bomb.text);
      if (bomb.error instanceof Error error) {
        throw error;
      }
      if (bomb.error instanceof RuntimeException exception) {
        throw exception;
      }
    }

    @Override
    public Bomb read(
        com.esotericsoftware.kryo.Kryo kryo,
        com.esotericsoftware.kryo.io.Input input,
        Class<? extends Bomb> type) {
      Bomb bomb = new Bomb();
      bomb.text = input.readString();
      return bomb;
    }
  }

  @Test
  void serialize_afterAnyFailure_leavesNothingBehind() {
    TypeSerializer<Bomb> serializer =
        Serializers.kryoBuilder(Bomb.class).register(Bomb.class, BombSerializer.class).build();
    Bomb good = new Bomb();
    good.text = "good";
    byte[] expected = Bytes.of(serializer, good);
    for (Throwable error :
        List.of(
            new StackOverflowError(),
            new OutOfMemoryError("made up"),
            new AssertionError("made up"),
            new IllegalStateException("made up"))) {
      Bomb bad = new Bomb();
      bad.text = "bad";
      bad.error = error;
      BinaryOutput out = new BinaryOutput();
      assertThatThrownBy(() -> serializer.serialize(bad, out)).isNotNull();
      assertThat(out.position()).isZero();
      assertThatThrownBy(() -> serializer.copy(bad)).isNotNull();
      assertThat(Bytes.of(serializer, good)).isEqualTo(expected);
    }
  }

  @Test
  void copy_customSerializerWithoutCopy() {
    TypeSerializer<Bomb> serializer =
        Serializers.kryoBuilder(Bomb.class).register(Bomb.class, BombSerializer.class).build();
    Bomb bomb = new Bomb();
    bomb.text = "a";
    assertThat(serializer.copy(bomb)).isNotSameAs(bomb);
    assertThat(serializer.copy(bomb).text).isEqualTo("a");
  }

  static class Member {
    String name;
    java.util.Set<Member> all;
    java.util.Map<Member, String> titles;

    @Override
    public boolean equals(Object other) {
      return other instanceof Member that && that.name.equals(name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  @Test
  void deserialize_objectInsideItsOwnHashSet() {
    TypeSerializer<Member> serializer = Serializers.kryo(Member.class);
    Member member = new Member();
    member.name = "a";
    member.all = new java.util.HashSet<>(List.of(member));
    member.titles = new java.util.HashMap<>(java.util.Map.of(member, "t"));
    for (Member back :
        List.of(Bytes.read(serializer, Bytes.of(serializer, member)), serializer.copy(member))) {
      assertThat(back.all.contains(back)).isTrue();
      assertThat(back.titles.get(back)).isEqualTo("t");
    }
    member.all = java.util.Set.of(member);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.serialize(member, new BinaryOutput()))
        .withMessageContaining("use a HashSet or HashMap in its place");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.copy(member))
        .withMessageContaining("use a HashSet or HashMap in its place");
  }

  @Test
  void serialize_immutableListThatContainsItself() {
    TypeSerializer<Holder> serializer = Serializers.kryo(Holder.class);
    Holder holder = new Holder();
    holder.list = List.of(holder);
    holder.any = holder.list;
    Holder read = Bytes.read(serializer, Bytes.of(serializer, holder));
    assertThat(read.list.get(0)).isSameAs(read);
    Holder inner = new Holder();
    holder.list = List.of(inner);
    inner.list = holder.list;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> serializer.serialize(holder, new BinaryOutput()))
        .withMessageContaining("contains itself through one of its parts");
    assertThatIllegalArgumentException().isThrownBy(() -> serializer.copy(holder));
  }
}
