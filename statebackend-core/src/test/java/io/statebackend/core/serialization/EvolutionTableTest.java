// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.Compatibility;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The table of what may change in docs/guides/evolve-your-state.md: every row of it is proved here,
 * and every row proved here is in it.
 */
// Fields are read and written by Kryo; versions of a type have one name.
@SuppressWarnings({"UnusedVariable", "SameNameButDifferent"})
final class EvolutionTableTest {
  private static final Path GUIDE =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "guides", "evolve-your-state.md");

  private static final String AS_IS = "as is";
  private static final String MIGRATED = "migrated";
  private static final String NO = "no";

  /** One change: what was stored, and what is declared now. */
  private record Proof<A, B>(
      TypeSerializer<A> stored,
      A value,
      TypeSerializer<B> declared,
      String answer,
      Object expected) {

    void check() {
      Compatibility<B> compatibility = declared.compatibility(stored.schema());
      if (compatibility instanceof Compatibility.Incompatible<B> incompatible) {
        assertThat(NO).isEqualTo(answer);
        assertThat(incompatible.reason()).isEqualTo(expected);
        return;
      }
      byte[] bytes = Bytes.of(stored, value);
      TypeSerializer<B> reader = declared;
      if (compatibility instanceof Compatibility.AfterMigration<B> migration) {
        assertThat(MIGRATED).isEqualTo(answer);
        reader = migration.reader();
        assertThat(reader.fixedLength()).isEqualTo(stored.fixedLength());
      } else {
        assertThat(AS_IS).isEqualTo(answer);
      }
      if (expected instanceof IncompatibleStateException error) {
        TypeSerializer<B> failing = reader;
        assertThatThrownBy(() -> Bytes.read(failing, bytes))
            .isInstanceOf(IncompatibleStateException.class)
            .hasMessage(error.getMessage());
        return;
      }
      B read = Bytes.read(reader, bytes);
      assertThat(read).usingRecursiveComparison().isEqualTo(expected);
      byte[] rewritten = Bytes.of(declared, read);
      assertThat(Bytes.read(declared, rewritten)).usingRecursiveComparison().isEqualTo(expected);
      if (answer.equals(AS_IS)) {
        assertThat(rewritten).isEqualTo(bytes);
      }
    }
  }

  private final Map<String, List<Proof<?, ?>>> rows = new LinkedHashMap<>();

  private <A, B> void add(
      String change,
      TypeSerializer<A> stored,
      A value,
      TypeSerializer<B> declared,
      String answer,
      Object expected) {
    rows.computeIfAbsent(change, row -> new ArrayList<>())
        .add(new Proof<>(stored, value, declared, answer, expected));
  }

  /** Returns the line of the guide that a change has. */
  private static String line(String change, List<Proof<?, ?>> proofs) {
    String answer = proofs.get(0).answer();
    String keys = answer.equals(AS_IS) ? AS_IS : NO;
    return "| %s | %s | %s |".formatted(change, keys, answer);
  }

  @TestFactory
  List<DynamicTest> row_isAsTheGuideSays() {
    addAll();
    return rows.entrySet().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.getKey(),
                    () -> {
                      assertThat(row.getValue().stream().map(Proof::answer).distinct()).hasSize(1);
                      row.getValue().forEach(Proof::check);
                    }))
        .toList();
  }

  @Test
  void guide_hasTheseRowsAndNoOthers() throws IOException {
    addAll();
    List<String> lines =
        rows.entrySet().stream().map(row -> line(row.getKey(), row.getValue())).toList();
    List<String> inGuide =
        Files.readAllLines(GUIDE).stream()
            .filter(
                line -> line.matches("\\| .* \\| (no|as is|migrated) \\| (no|as is|migrated) \\|"))
            .toList();
    assertThat(inGuide).containsExactlyInAnyOrderElementsOf(lines);
  }

  private void addAll() {
    addRecords();
    addComponents();
    addNumbers();
    addCollections();
    addEnums();
    addSealed();
    addKryo();
  }

  // Records.

  record Item(String name, int price) {}

  record Moved(String name, int price) {}

  record Turned(int price, String name) {}

  record More(
      String name,
      int price,
      long zero,
      @DefaultValue("EUR") String currency,
      Optional<String> note,
      List<String> tags,
      String none) {}

  record Less(String name) {}

  record Renamed(@FormerNames({"title", "name"}) String label, int price) {}

  record RenamedInSilence(String label, int price) {}

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
        "record: component added, takes its `@DefaultValue`, or zero, empty or `null`",
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
        "record: component renamed and not said so, which is one removed and one added",
        stored,
        item,
        Serializers.record(RenamedInSilence.class),
        MIGRATED,
        new RenamedInSilence(null, 5));
  }

  // Types of components.

  record OfInt(int x) {}

  record OfLong(long x) {}

  record OfBox(Integer x) {}

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
    String toPrimitive = "component: box to primitive with a `@DefaultValue`, which `null` becomes";
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
    String parts = "elements, keys and values inside collections: as the type that they are of";
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
        "sealed interface: case changed as a record may",
        stored,
        circle,
        Serializers.sealed(Evolve.Shape.class),
        MIGRATED,
        new Evolve.Circle(3));
  }

  // Classes that Kryo writes.

  static class Pojo {
    int count = 1;
    String name = "a";
    Level level = Level.LOW;
  }

  @FormerNames("io.statebackend.core.serialization.EvolutionTableTest$Pojo")
  static class PojoWithMore {
    int count;
    String name;
    Level level;
    String added = "new";

    PojoWithMore() {}

    PojoWithMore(int count, String name, Level level) {
      this.count = count;
      this.name = name;
      this.level = level;
    }
  }

  @FormerNames("io.statebackend.core.serialization.EvolutionTableTest$Pojo")
  static class PojoChanged {
    long count;

    @FormerNames("name")
    String title;

    PojoChanged() {}

    PojoChanged(long count, String title) {
      this.count = count;
      this.title = title;
    }
  }

  @FormerNames("io.statebackend.core.serialization.EvolutionTableTest$Pojo")
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
        "Kryo: field added, keeps what the constructor without arguments gave it",
        stored,
        new Pojo(),
        Serializers.kryo(PojoWithMore.class),
        MIGRATED,
        new PojoWithMore(1, "a", Level.LOW));
    String changed =
        "Kryo: field removed, made wider, or renamed with `@FormerNames`; classes that only removed"
            + " fields name can go too";
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
        "EvolutionTableTest$Pojo.count: stored int, declared short");
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
        "Kryo: class no longer registered, and said to be gone; an error if it occurs",
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

  @Test
  void chain_eachVersionReadsAllBefore() {
    TypeSerializer<Item> first = Serializers.record(Item.class);
    TypeSerializer<More> second = Serializers.record(More.class);
    TypeSerializer<Renamed> third = Serializers.record(Renamed.class);
    Item item = new Item("a", 5);

    More more = migrate(first, item, second);
    Renamed throughTwo = migrate(second, more, third);
    Renamed atOnce = migrate(first, item, third);
    Item back = migrate(second, more, first);

    assertThat(throughTwo).isEqualTo(new Renamed("a", 5));
    assertThat(atOnce).isEqualTo(throughTwo);
    assertThat(back).isEqualTo(item);
  }

  private static <A, B> B migrate(TypeSerializer<A> stored, A value, TypeSerializer<B> declared) {
    TypeSchema schema = TypeSchema.parse(stored.schema().toString());
    byte[] bytes = Bytes.of(stored, value);
    return declared.compatibility(schema) instanceof Compatibility.AfterMigration<B> migration
        ? Bytes.read(migration.reader(), bytes)
        : Bytes.read(declared, bytes);
  }
}
