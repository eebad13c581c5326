// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.io.ObjectOutputStream;
import java.io.Serial;
import java.io.Serializable;
import java.time.ZoneId;
import java.util.*;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.NullUnmarked;

/** Classes as users write them, right ones and odd ones, for {@link ValueCases}. */
@SuppressWarnings({
  "ArrayRecordComponent",
  "HidingField",
  "JavaUtilDate",
  "JdkObsolete",
  "unused"
}) // As users write them.
@NullUnmarked
final class ValueClasses {
  private ValueClasses() {}

  enum Mood {
    GOOD,
    BAD {
      @Override
      public String toString() {
        return "bad";
      }
    }
  }

  enum Plain {
    A,
    B
  }

  record Point(int x, List<String> names) {}

  static class Sub {
    int x = 5;
  }

  static class SubSub extends Sub {
    int y = 6;
  }

  static class Grids {
    String[] names = {"a", null};
    Sub[] subs = {new Sub(), new SubSub(), null};
    Sub[][] grid = {{new Sub(), new SubSub()}, null, {}};
    Object[][] objects = {{1, "a"}, null};
    Mood[][] moods = {{Mood.BAD, null}, {}};
    Plain[][] plain = {{Plain.B, null}, {}};
    int[][] ints = {{1, 2}, null};
    Object any = new String[] {"q"};
  }

  static class TaggedList extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1;
    String tag = "t";
  }

  static class LastRead extends LinkedHashMap<String, String> {
    @Serial private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
      return size() > 2;
    }
  }

  static class FixedList extends AbstractList<String> {
    private final String[] items = {"x"};

    @Override
    public String get(int index) {
      return items[index];
    }

    @Override
    public int size() {
      return items.length;
    }
  }

  static class OwnTree extends TreeMap<String, String> {
    @Serial private static final long serialVersionUID = 1;
  }

  static class ZonedTime extends Date {
    @Serial private static final long serialVersionUID = 1;
    String zone = "z";
  }

  static class OwnException extends RuntimeException {
    @Serial private static final long serialVersionUID = 1;
    int code;
  }

  static class OwnForm implements Serializable {
    @Serial private static final long serialVersionUID = 1;
    transient int kept = 4;

    @Serial
    private void writeObject(ObjectOutputStream out) throws java.io.IOException {
      out.writeInt(kept);
    }
  }

  static class Replaced implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    @Serial
    Object writeReplace() {
      return this;
    }
  }

  static class HoldsLock {
    ReentrantLock lock = new ReentrantLock();
  }

  static class HoldsClass {
    Class<?> type = String.class;
  }

  static class HoldsMood {
    EnumMap<Plain, String> empty = new EnumMap<>(Plain.class);
    EnumMap<Plain, String> map = new EnumMap<>(Map.of(Plain.A, "a"));
    EnumSet<Plain> none = EnumSet.noneOf(Plain.class);
    EnumSet<Plain> set = EnumSet.of(Plain.B);
  }

  static class Generic<T> {
    T value;
    List<T> list = new ArrayList<>();

    Generic() {}

    Generic(T value) {
      this.value = value;
    }
  }

  static class HoldsGeneric {
    Generic<String> strings = new Generic<>("a");
    Generic<Long> longs = new Generic<>(1L);
  }

  static class Hidden extends Sub {
    String x = "hides";
  }

  static class Fields {
    final int number;
    final String text;

    Fields(int number, String text) {
      this.number = number;
      this.text = text;
    }
  }

  static class Declared {
    List<String> list = Collections.unmodifiableList(new ArrayList<>(List.of("a")));
    Set<String> set = Collections.synchronizedSet(new HashSet<>(Set.of("a")));
    Map<String, Integer> map = Collections.unmodifiableMap(new TreeMap<>(Map.of("a", 1)));
    SortedSet<String> sorted = new TreeSet<>(Comparator.reverseOrder());
    SortedMap<String, Integer> tree =
        Collections.unmodifiableSortedMap(new TreeMap<>(Map.of("b", 2)));
    Map.Entry<String, Integer> entry = Map.entry("k", 1);
    ZoneId zone = ZoneId.of("Europe/Berlin");
    Calendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Tokyo"));
    TimeZone timeZone = TimeZone.getTimeZone("Asia/Tokyo");
    Locale locale = Locale.forLanguageTag("sr-Latn-RS");
    Queue<String> queue = new ArrayDeque<>(List.of("a"));

    Declared() {
      sorted.addAll(List.of("a", "b"));
      calendar.setTimeInMillis(5);
    }
  }

  /** A list of its own kind in a field, behind an interface. */
  static class Cart {
    Collection<String> items = new LinkedList<>(List.of("a", "b"));
    Iterable<Integer> numbers = new ArrayDeque<>(List.of(1, 2));
    Runnable none;
  }

  /** A bean with a parent, children, and a cycle between them. */
  static class Node {
    String name = "root";
    Node parent;
    List<Node> children = new ArrayList<>();

    static Node tree() {
      Node root = new Node();
      for (String name : List.of("a", "b")) {
        Node child = new Node();
        child.name = name;
        child.parent = root;
        root.children.add(child);
      }
      return root;
    }
  }

  /** Inherits from an abstract class with type arguments. */
  abstract static class Event<T extends Comparable<T>> {
    long at = 5;
    T payload;
  }

  static class TextEvent extends Event<String> {
    TextEvent() {
      payload = "p";
    }
  }

  sealed interface Shape permits Circle, Square {}

  record Circle(double radius) implements Shape {}

  static final class Square implements Shape {
    double side = 2;
  }

  static class Drawing {
    List<Shape> shapes = new ArrayList<>(List.of(new Circle(1), new Square()));
    Map<String, Shape> named = new TreeMap<>(Map.of("c", new Circle(2)));
    Optional<Shape> first = Optional.of(new Square());
  }

  /** Transient fields do not come back. */
  static class Cached {
    String key = "k";
    transient String cache;
  }

  static class Numbers {
    byte b = -1;
    short s = Short.MIN_VALUE;
    char c = '\uffff';
    int i = Integer.MIN_VALUE;
    long l = Long.MIN_VALUE;
    float f = Float.NaN;
    double d = -0.0;
    boolean z = true;
    Byte boxedByte = 1;
    Character boxedChar = 'x';
    Double absent;
    Number number = 7L;
  }

  record Nested(List<Map<String, Set<Long>>> deep, Map<Plain, List<Point>> byMood, byte[] bytes) {
    static Nested some() {
      return new Nested(
          List.of(new HashMap<>(Map.of("a", new TreeSet<>(Set.of(1L, 2L))))),
          new EnumMap<>(Map.of(Plain.A, List.of(new Point(1, List.of("x"))))),
          new byte[] {1, 2});
    }
  }
}
