// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.serialization.TypeRef;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The table of what may change in docs/guides/evolve-your-state.md, with proofs of every row:
 * values of a type, a later version of the type, and what becomes of them.
 */
// Fields are read and written by Kryo; versions of a type have one name.
@SuppressWarnings({"UnusedVariable", "SameNameButDifferent"})
final class EvolutionTable {

  /** What becomes of stored state. */
  enum Answer {
    AS_IS("as is"),
    MIGRATED("migrated"),
    NO("no");

    private final String inGuide;

    Answer(String inGuide) {
      this.inGuide = inGuide;
    }

    /** Returns the answer for keys and namespaces, whose bytes must stay the same. */
    Answer ofKeys() {
      return this == AS_IS ? AS_IS : NO;
    }

    @Override
    public String toString() {
      return inGuide;
    }
  }

  private static final Answer AS_IS = Answer.AS_IS;
  private static final Answer MIGRATED = Answer.MIGRATED;
  private static final Answer NO = Answer.NO;

  /**
   * One case of a change.
   *
   * @param change the row of the table
   * @param stored the type that was stored
   * @param value a value of it
   * @param declared the type that is declared now
   * @param answer what becomes of the state
   * @param expected the value now, or the error when it is read, or why the state cannot be read
   */
  record Proof<A, B>(
      String change,
      TypeSerializer<A> stored,
      A value,
      TypeSerializer<B> declared,
      Answer answer,
      Object expected) {

    /** Tells whether the state is migrated, and this value of it cannot be. */
    boolean isFailure() {
      return expected instanceof IncompatibleStateException;
    }

    @Override
    public String toString() {
      return "%s: %s -> %s".formatted(change, stored.schema(), declared.schema());
    }
  }

  private final List<Proof<?, ?>> proofs = new ArrayList<>();

  private EvolutionTable() {}

  /** Returns the proofs of all rows, those of one row together. */
  static List<Proof<?, ?>> proofs() {
    EvolutionTable table = new EvolutionTable();
    table.addAll();
    return List.copyOf(table.proofs);
  }

  /** Returns the proofs by row. */
  static Map<String, List<Proof<?, ?>>> rows() {
    Map<String, List<Proof<?, ?>>> rows = new LinkedHashMap<>();
    for (Proof<?, ?> proof : proofs()) {
      rows.computeIfAbsent(proof.change(), row -> new ArrayList<>()).add(proof);
    }
    return rows;
  }

  private <A, B> void add(
      String change,
      TypeSerializer<A> stored,
      A value,
      TypeSerializer<B> declared,
      Answer answer,
      Object expected) {
    proofs.add(new Proof<>(change, stored, value, declared, answer, expected));
  }

  private void addAll() {
    addRecords();
    addComponents();
    addNumbers();
    addCollections();
    addEnums();
    addSealed();
    addRecursive();
    addKryo();
  }

  // Records.

  record Item(@Nullable String name, int price) {}

  record Moved(String name, int price) {}

  record Turned(int price, @Nullable String name) {}

  record More(
      String name,
      int price,
      long zero,
      @DefaultValue("EUR") String currency,
      Optional<String> note,
      List<String> tags,
      @Nullable String none) {}

  record Less(String name) {}

  record Renamed(@FormerNames({"title", "name"}) String label, int price) {}

  record RenamedInSilence(@Nullable String label, int price) {}

  private void addRecords() {
    TypeSerializer<Item> stored = Serializers.record(Item.class);
    Item item = new Item("a", 5);
    add(
        "record, enum or sealed interface: class moved or renamed",
        stored,
        item,
        Serializers.record(Moved.class),
        AS_IS,
        new Moved("a", 5));
    add(
        "record: component added; it gets its `@DefaultValue`, or zero, empty or `null`",
        stored,
        item,
        Serializers.record(More.class),
        MIGRATED,
        new More("a", 5, 0, "EUR", Optional.empty(), new ArrayList<>(), null));
    add(
        "record: component removed, whatever its type",
        Serializers.record(More.class),
        new More("a", 5, 7, "CHF", Optional.of("b"), List.of("c"), null),
        stored,
        MIGRATED,
        item);
    add(
        "record: component removed, whatever its type",
        stored,
        item,
        Serializers.record(Less.class),
        MIGRATED,
        new Less("a"));
    add(
        "record: components in another order",
        stored,
        new Item(null, 5),
        Serializers.record(Turned.class),
        MIGRATED,
        new Turned(5, null));
    add(
        "record: component renamed, `@FormerNames` lists the old name",
        stored,
        item,
        Serializers.record(Renamed.class),
        AS_IS,
        new Renamed("a", 5));
    add(
        "record: component renamed without `@FormerNames`, which removes one and adds one",
        stored,
        item,
        Serializers.record(RenamedInSilence.class),
        MIGRATED,
        new RenamedInSilence(null, 5));
  }

  // Types of components.

  record OfInt(int x) {}

  record OfLong(long x) {}

  record OfBox(@Nullable Integer x) {}

  record OfBoxedLong(Long x) {}

  record OfOptional(Optional<Long> x) {}

  record OfDefault(@DefaultValue("9") long x) {}

  private void addComponents() {
    TypeSerializer<OfInt> stored = Serializers.record(OfInt.class);
    TypeSerializer<OfBox> boxed = Serializers.record(OfBox.class);
    String wider = "component: wider type, at any depth";
    add(wider, stored, new OfInt(-3), Serializers.record(OfLong.class), MIGRATED, new OfLong(-3));
    add(
        wider,
        Serializers.of(new TypeRef<Map<String, List<Optional<OfInt>>>>() {}),
        Map.of("k", List.of(Optional.of(new OfInt(4)))),
        Serializers.of(new TypeRef<Map<String, List<Optional<OfLong>>>>() {}),
        MIGRATED,
        Map.of("k", List.of(Optional.of(new OfLong(4)))));
    add(
        "component: primitive to its box, or to a wider one",
        stored,
        new OfInt(3),
        Serializers.record(OfBoxedLong.class),
        MIGRATED,
        new OfBoxedLong(3L));
    String toPrimitive =
        "component: box to primitive with a `@DefaultValue`, which replaces `null`";
    add(
        toPrimitive,
        boxed,
        new OfBox(3),
        Serializers.record(OfDefault.class),
        MIGRATED,
        new OfDefault(3));
    add(
        toPrimitive,
        boxed,
        new OfBox(null),
        Serializers.record(OfDefault.class),
        MIGRATED,
        new OfDefault(9));
    add(
        "component: box to primitive without a default",
        boxed,
        new OfBox(3),
        Serializers.record(OfLong.class),
        NO,
        "x: stored nullable(int32), declared int64, which has no null; say by @DefaultValue what"
            + " null becomes");
    String toOptional = "component: any type to `Optional` of it; `null` becomes empty";
    add(
        toOptional,
        boxed,
        new OfBox(null),
        Serializers.record(OfOptional.class),
        MIGRATED,
        new OfOptional(Optional.empty()));
    add(
        toOptional,
        boxed,
        new OfBox(3),
        Serializers.record(OfOptional.class),
        MIGRATED,
        new OfOptional(Optional.of(3L)));
    add(
        toOptional,
        stored,
        new OfInt(3),
        Serializers.record(OfOptional.class),
        MIGRATED,
        new OfOptional(Optional.of(3L)));
    add(
        "component: narrower type, or any other",
        Serializers.record(OfLong.class),
        new OfLong(3),
        stored,
        NO,
        "x: stored int64, declared int32");
  }

  private void addNumbers() {
    String change =
        "number to a wider one: `byte` to `short` to `int` to `long` to `BigInteger` to"
            + " `BigDecimal`, `float` to `double`, `short` to `float`, `int` to `double`, `char` to"
            + " `int`";
    add(change, Serializers.BYTE, (byte) -1, Serializers.SHORT, MIGRATED, (short) -1);
    add(change, Serializers.BYTE, (byte) -1, Serializers.INT, MIGRATED, -1);
    add(change, Serializers.BYTE, (byte) -1, Serializers.LONG, MIGRATED, -1L);
    add(change, Serializers.BYTE, (byte) -1, Serializers.FLOAT, MIGRATED, -1f);
    add(change, Serializers.BYTE, (byte) -1, Serializers.DOUBLE, MIGRATED, -1d);
    add(
        change,
        Serializers.BYTE,
        (byte) -1,
        Serializers.BIG_INTEGER,
        MIGRATED,
        BigInteger.ONE.negate());
    add(
        change,
        Serializers.BYTE,
        (byte) -1,
        Serializers.BIG_DECIMAL,
        MIGRATED,
        BigDecimal.ONE.negate());
    add(change, Serializers.SHORT, Short.MIN_VALUE, Serializers.INT, MIGRATED, -32768);
    add(change, Serializers.SHORT, Short.MIN_VALUE, Serializers.LONG, MIGRATED, -32768L);
    add(change, Serializers.SHORT, Short.MIN_VALUE, Serializers.FLOAT, MIGRATED, -32768f);
    add(change, Serializers.SHORT, Short.MIN_VALUE, Serializers.DOUBLE, MIGRATED, -32768d);
    add(change, Serializers.SHORT, (short) 2, Serializers.BIG_INTEGER, MIGRATED, BigInteger.TWO);
    add(change, Serializers.SHORT, (short) 10, Serializers.BIG_DECIMAL, MIGRATED, BigDecimal.TEN);
    add(change, Serializers.CHAR, '\uffff', Serializers.INT, MIGRATED, 65535);
    add(change, Serializers.CHAR, '\uffff', Serializers.LONG, MIGRATED, 65535L);
    add(change, Serializers.INT, Integer.MIN_VALUE, Serializers.LONG, MIGRATED, -2147483648L);
    add(change, Serializers.INT, Integer.MAX_VALUE, Serializers.DOUBLE, MIGRATED, 2147483647d);
    add(change, Serializers.INT, 2, Serializers.BIG_INTEGER, MIGRATED, BigInteger.TWO);
    add(change, Serializers.INT, 10, Serializers.BIG_DECIMAL, MIGRATED, BigDecimal.TEN);
    add(
        change,
        Serializers.LONG,
        Long.MIN_VALUE,
        Serializers.BIG_INTEGER,
        MIGRATED,
        new BigInteger("-9223372036854775808"));
    add(change, Serializers.LONG, 10L, Serializers.BIG_DECIMAL, MIGRATED, BigDecimal.TEN);
    add(change, Serializers.FLOAT, 1.1f, Serializers.DOUBLE, MIGRATED, (double) 1.1f);
    add(
        change,
        Serializers.BIG_INTEGER,
        BigInteger.TEN,
        Serializers.BIG_DECIMAL,
        MIGRATED,
        BigDecimal.TEN);
    String lossy = "number to one that cannot hold all its values, such as `long` to `double`";
    add(lossy, Serializers.LONG, 1L, Serializers.DOUBLE, NO, "stored int64, declared float64");
    add(lossy, Serializers.INT, 1, Serializers.FLOAT, NO, "stored int32, declared float32");
    add(lossy, Serializers.LONG, 1L, Serializers.INT, NO, "stored int64, declared int32");
    add(
        "to a type of another kind",
        Serializers.STRING,
        "1",
        Serializers.LONG,
        NO,
        "stored string, declared int64");
    add(
        "to a type of another kind",
        Serializers.record(Item.class),
        new Item("a", 5),
        Serializers.STRING,
        NO,
        "stored record \"" + Item.class.getName() + "\", declared string");
    add(
        "any type to `Optional` of it",
        Serializers.INT,
        7,
        Serializers.optional(Serializers.LONG),
        MIGRATED,
        Optional.of(7L));
  }

  private void addCollections() {
    TypeSerializer<List<Integer>> ints = Serializers.list(Serializers.INT);
    String sameForm = "list, set or array to list or array of the same elements";
    add(sameForm, ints, List.of(1, 2), Serializers.INT_ARRAY, AS_IS, new int[] {1, 2});
    add(sameForm, Serializers.INT_ARRAY, new int[] {1, 2}, ints, AS_IS, List.of(1, 2));
    add(
        sameForm,
        ints,
        List.of(1, 2),
        Serializers.array(Integer.class, Serializers.INT),
        AS_IS,
        new Integer[] {1, 2});
    add(sameForm, Serializers.set(Serializers.INT), Set.of(1), ints, AS_IS, List.of(1));
    add(
        "list or array to set",
        ints,
        List.of(1),
        Serializers.set(Serializers.INT),
        NO,
        "stored list(int32), declared set(int32)");
    String parts = "elements, keys and values inside collections: as their own type";
    add(parts, ints, List.of(1, 2), Serializers.list(Serializers.LONG), MIGRATED, List.of(1L, 2L));
    add(parts, ints, List.of(1, 2), Serializers.LONG_ARRAY, MIGRATED, new long[] {1, 2});
    add(
        parts,
        Serializers.set(Serializers.INT),
        Set.of(1),
        Serializers.set(Serializers.LONG),
        MIGRATED,
        Set.of(1L));
    add(
        parts,
        Serializers.map(Serializers.INT, Serializers.FLOAT),
        Map.of(1, 2f),
        Serializers.map(Serializers.LONG, Serializers.DOUBLE),
        MIGRATED,
        Map.of(1L, 2d));
    add(
        parts,
        Serializers.array(Integer.class, Serializers.INT),
        new Integer[] {1},
        Serializers.array(Long.class, Serializers.LONG),
        MIGRATED,
        new Long[] {1L});
  }

  // Enums.

  enum Level {
    LOW,
    HIGH
  }

  enum MoreLevels {
    LOW,
    HIGH,
    TOP
  }

  enum TurnedLevels {
    TOP,
    HIGH,
    MIDDLE,
    LOW
  }

  enum RenamedLevel {
    LOW,
    @FormerNames("HIGH")
    TALL
  }

  enum FewerLevels {
    LOW
  }

  private void addEnums() {
    TypeSerializer<Level> stored = Serializers.enums(Level.class);
    add(
        "enum: constants added after the others",
        stored,
        Level.HIGH,
        Serializers.enums(MoreLevels.class),
        AS_IS,
        MoreLevels.HIGH);
    add(
        "enum: constants in another order, or added between others",
        stored,
        Level.HIGH,
        Serializers.enums(TurnedLevels.class),
        MIGRATED,
        TurnedLevels.HIGH);
    add(
        "enum: constant renamed, `@FormerNames` lists the old name",
        stored,
        Level.HIGH,
        Serializers.enums(RenamedLevel.class),
        AS_IS,
        RenamedLevel.TALL);
    String removed = "enum: constant removed; an error if it occurs";
    add(
        removed,
        stored,
        Level.LOW,
        Serializers.enums(FewerLevels.class),
        MIGRATED,
        FewerLevels.LOW);
    add(
        removed,
        stored,
        Level.HIGH,
        Serializers.enums(FewerLevels.class),
        MIGRATED,
        new IncompatibleStateException(
            "enum constant 'HIGH' of "
                + FewerLevels.class.getName()
                + " is in the stored state and is no constant any more: declare it again, or name"
                + " it as a former name of another"));
  }

  // Sealed interfaces. Their cases are known by their simple names, so each stands in a class.

  static final class V1 {
    sealed interface Shape {}

    record Circle(int radius) implements Shape {}

    record Square(int side) implements Shape {}
  }

  static final class WithMore {
    sealed interface Shape {}

    record Circle(int radius) implements Shape {}

    record Square(int side) implements Shape {}

    record Line(int length) implements Shape {}
  }

  static final class Turn {
    sealed interface Shape {}

    record Line(int length) implements Shape {}

    record Square(int side) implements Shape {}

    record Circle(int radius) implements Shape {}
  }

  static final class Rename {
    sealed interface Shape {}

    @FormerNames("Circle")
    record Disk(int radius) implements Shape {}

    record Square(int side) implements Shape {}
  }

  static final class Remove {
    sealed interface Shape {}

    record Square(int side) implements Shape {}
  }

  static final class Evolve {
    sealed interface Shape {}

    record Circle(long radius) implements Shape {}

    record Square(int side) implements Shape {}
  }

  private void addSealed() {
    TypeSerializer<V1.Shape> stored = Serializers.sealed(V1.Shape.class);
    V1.Shape circle = new V1.Circle(3);
    add(
        "sealed interface: cases added after the others",
        stored,
        circle,
        Serializers.sealed(WithMore.Shape.class),
        AS_IS,
        new WithMore.Circle(3));
    add(
        "sealed interface: cases in another order, or added between others",
        stored,
        circle,
        Serializers.sealed(Turn.Shape.class),
        MIGRATED,
        new Turn.Circle(3));
    add(
        "sealed interface: case renamed, `@FormerNames` lists the old simple name",
        stored,
        circle,
        Serializers.sealed(Rename.Shape.class),
        AS_IS,
        new Rename.Disk(3));
    String removed = "sealed interface: case removed; an error if it occurs";
    add(
        removed,
        stored,
        new V1.Square(2),
        Serializers.sealed(Remove.Shape.class),
        MIGRATED,
        new Remove.Square(2));
    add(
        removed,
        stored,
        circle,
        Serializers.sealed(Remove.Shape.class),
        MIGRATED,
        new IncompatibleStateException(
            "case 'Circle' of "
                + Remove.Shape.class.getTypeName()
                + " is in the stored state and is no case any more: declare it again, or name it as"
                + " a former name of another"));
    add(
        "sealed interface: case changed in a way that a record may change",
        stored,
        circle,
        Serializers.sealed(Evolve.Shape.class),
        MIGRATED,
        new Evolve.Circle(3));
  }

  // Types that contain themselves.

  record Tree(int value, List<Tree> children) {}

  record LongTree(long value, List<LongTree> children, @Nullable String label) {}

  record RenamedTree(int value, @FormerNames("children") List<RenamedTree> branches) {}

  record TextTree(String value, List<TextTree> children) {}

  private void addRecursive() {
    TypeSerializer<Tree> stored = Serializers.record(Tree.class);
    Tree tree = new Tree(1, List.of(new Tree(2, List.of()), new Tree(3, List.of())));
    add(
        "type that contains itself: a change at every level that is as is",
        stored,
        tree,
        Serializers.record(RenamedTree.class),
        AS_IS,
        new RenamedTree(1, List.of(new RenamedTree(2, List.of()), new RenamedTree(3, List.of()))));
    add(
        "type that contains itself: a change at every level that is migrated",
        stored,
        tree,
        Serializers.record(LongTree.class),
        MIGRATED,
        new LongTree(
            1, List.of(new LongTree(2, List.of(), null), new LongTree(3, List.of(), null)), null));
    add(
        "type that contains itself: a change at every level that other types cannot make",
        stored,
        tree,
        Serializers.record(TextTree.class),
        NO,
        "value: stored int32, declared string");
  }

  // Classes that Kryo writes.

  static class Pojo {
    int count = 1;
    String name = "a";
    Level level = Level.LOW;
  }

  @FormerNames("io.statebackend.testkit.EvolutionTable$Pojo")
  static class PojoWithMore {
    int count;
    @Nullable String name;
    @Nullable Level level;
    String added = "new";

    PojoWithMore() {}

    PojoWithMore(int count, String name, Level level) {
      this.count = count;
      this.name = name;
      this.level = level;
    }
  }

  @FormerNames("io.statebackend.testkit.EvolutionTable$Pojo")
  static class PojoChanged {
    long count;

    @FormerNames("name")
    @Nullable String title;

    PojoChanged() {}

    PojoChanged(long count, String title) {
      this.count = count;
      this.title = title;
    }
  }

  @FormerNames("io.statebackend.testkit.EvolutionTable$Pojo")
  static class PojoNarrowed {
    short count;
  }

  static class Extra {}

  private void addKryo() {
    TypeSerializer<Pojo> stored = Serializers.kryo(Pojo.class);
    add(
        "Kryo: classes registered after the others",
        Serializers.kryo(Pojo.class, Level.class),
        new Pojo(),
        Serializers.kryo(Pojo.class, Level.class, Extra.class),
        AS_IS,
        new Pojo());
    add(
        "Kryo: classes registered in another order, or others among them",
        Serializers.kryo(Pojo.class, Extra.class),
        new Pojo(),
        Serializers.kryo(Pojo.class, Level.class, Extra.class),
        MIGRATED,
        new Pojo());
    add(
        "Kryo: class renamed, `@FormerNames` or the builder lists the old binary name",
        stored,
        new Pojo(),
        Serializers.kryo(PojoWithMore.class),
        MIGRATED,
        new PojoWithMore(1, "a", Level.LOW));
    add(
        "Kryo: field added; it keeps what the constructor without arguments gave it",
        stored,
        new Pojo(),
        Serializers.kryo(PojoWithMore.class),
        MIGRATED,
        new PojoWithMore(1, "a", Level.LOW));
    String changed =
        "Kryo: field removed, made wider, or renamed with `@FormerNames`; classes that only the"
            + " removed fields name can be removed too";
    add(
        changed,
        stored,
        new Pojo(),
        Serializers.kryo(PojoChanged.class),
        MIGRATED,
        new PojoChanged(1, "a"));
    add(
        "Kryo: field of a narrower type, or another",
        stored,
        new Pojo(),
        Serializers.kryo(PojoNarrowed.class),
        NO,
        "EvolutionTable$Pojo.count: stored int, declared short");
    String lost = "Kryo: class no longer registered";
    add(
        lost,
        Serializers.kryo(Pojo.class, Extra.class),
        new Pojo(),
        stored,
        NO,
        ("class %1$s was registered when the state was written, and is not now; name it,"
                + " Serializers.kryo(Pojo.class, %1$s.class), or the class that has taken its place"
                + " by formerName, or say by gone(\"%1$s\") that no such object is left")
            .formatted(Extra.class.getName()));
    add(
        "Kryo: class no longer registered, but declared as gone; an error if it occurs",
        Serializers.kryo(Pojo.class, Extra.class),
        new Pojo(),
        Serializers.kryoBuilder(Pojo.class).gone(Extra.class.getName()).build(),
        MIGRATED,
        new Pojo());
    String byKryo = "record, collection or simple type to Kryo, or back";
    add(
        byKryo,
        Serializers.record(Item.class),
        new Item("a", 1),
        Serializers.kryo(Item.class),
        NO,
        "stored record \"%1$s\", declared kryo \"%1$s\"".formatted(Item.class.getName()));
    add(
        byKryo,
        Serializers.kryo(Item.class),
        new Item("a", 1),
        Serializers.record(Item.class),
        NO,
        "stored kryo \"%1$s\", declared record \"%1$s\"".formatted(Item.class.getName()));
  }
}
