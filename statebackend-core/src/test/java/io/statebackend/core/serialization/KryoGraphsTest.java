// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statebackend.api.TypeSerializer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Graphs in which the hash or order of a key is that of a set or map which itself cannot be filled
 * before the whole graph is there: read and copied with all that they hold, or refused.
 */
final class KryoGraphsTest {

  /** The ways in which a value comes back. */
  static Stream<UnaryOperator<World>> ways() {
    TypeSerializer<World> serializer =
        Serializers.kryo(
            World.class,
            Team.class,
            Person.class,
            BySize.class,
            Roster.class,
            Edge.class,
            Failed.class,
            IllegalStateException.class);
    return Stream.of(
        world -> Bytes.read(serializer, Bytes.of(serializer, world)),
        world -> serializer.copy(world));
  }

  /** Everything that the graphs below consist of. */
  static final class World {
    final Map<Team, String> names = new HashMap<>();
    final Set<Team> teams = new HashSet<>();
    final TreeMap<Team, String> bySize = new TreeMap<>(new BySize());
    final List<Object> others = new ArrayList<>();
  }

  static final class BySize implements Comparator<Team> {
    @Override
    public int compare(Team a, Team b) {
      return Integer.compare(a.members.size(), b.members.size());
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof BySize;
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  /** Its hash is that of its members, which refer back to it. */
  static final class Team {
    final Set<Person> members = new HashSet<>();

    static Team of(String... names) {
      Team team = new Team();
      for (String name : names) {
        team.members.add(new Person(name, team));
      }
      return team;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Team t && t.members.equals(members);
    }

    @Override
    public int hashCode() {
      return members.hashCode();
    }
  }

  static final class Person {
    final String name;
    final Object around;

    Person(String name, Object around) {
      this.name = name;
      this.around = around;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Person p && p.name.equals(name);
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }
  }

  /** Copies what it is given. */
  record Roster(Set<Person> people) {
    Roster {
      people = new HashSet<>(people);
    }
  }

  record Edge(Team from, Team to) {}

  @ParameterizedTest
  @MethodSource("ways")
  void keysWithUnfilledSets(UnaryOperator<World> way) {
    World world = new World();
    for (int size = 1; size < 5; size++) {
      Team team = Team.of(Stream.of("a", "b", "c", "d").limit(size).toArray(String[]::new));
      world.names.put(team, "names " + size);
      world.teams.add(team);
      world.bySize.put(team, "sizes " + size);
    }

    World back = way.apply(world);

    assertThat(back.names).hasSize(4);
    assertThat(back.teams).hasSize(4);
    assertThat(back.bySize).hasSize(4);
    for (Team team : back.bySize.keySet()) {
      assertThat(back.names.get(team)).isEqualTo("names " + team.members.size());
      assertThat(back.bySize.get(team)).isEqualTo("sizes " + team.members.size());
      assertThat(back.teams).contains(team);
      team.members.forEach(person -> assertThat(person.around).isSameAs(team));
      team.members.forEach(person -> assertThat(team.members).contains(person));
    }
  }

  /** The set is unfilled where it is referred to, though it was read before and is not open. */
  @ParameterizedTest
  @MethodSource("ways")
  void keysThatReferToUnfilledSets(UnaryOperator<World> way) {
    World world = new World();
    Team team = Team.of("a", "b");
    world.others.add(team);
    world.others.add(new HashSet<>(Set.of(team)));

    World back = way.apply(world);

    Object again = back.others.get(0);
    assertThat(((Set<?>) back.others.get(1)).contains(again)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("ways")
  void madeOfUnfilledSets_isRefused(UnaryOperator<World> way) {
    Team team = Team.of("a");
    for (Object made : List.of(Set.of(team), Map.of(team, 1), List.of(Set.of(team)))) {
      World world = new World();
      world.others.add(made);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> way.apply(world))
          .withMessageContaining("use a HashSet or HashMap in its place");
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void recordThatMayCopyAnUnfilledSet_isRefused(UnaryOperator<World> way) {
    World world = new World();
    world.others.add(new Roster(Set.of(new Person("a", world))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> way.apply(world))
        .withMessageContaining("use a class with fields in place of the record");
  }

  /** Its components are no collections, so its constructor has nothing to look into. */
  @ParameterizedTest
  @MethodSource("ways")
  void recordOfObjectsWithUnfilledSets(UnaryOperator<World> way) {
    World world = new World();
    Team from = Team.of("a");
    world.others.add(from);
    world.others.add(new Edge(from, Team.of("b")));

    World back = way.apply(world);

    assertThat(((Edge) back.others.get(1)).from()).isSameAs(back.others.get(0));
    assertThat(((Edge) back.others.get(1)).to()).isEqualTo(Team.of("b"));
  }

  /** The value of a map may refer back: nobody asks it for its hash. */
  @ParameterizedTest
  @MethodSource("ways")
  void setOfMapsWhoseValuesReferBack(UnaryOperator<World> way) {
    World world = new World();
    Map<String, Object> map = new HashMap<>();
    map.put("world", world);
    world.others.add(map);

    World back = way.apply(world);

    assertThat(((Map<?, ?>) back.others.get(0)).get("world")).isSameAs(back);
  }

  /** An exception of the program. */
  static final class Failed extends Exception {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void exceptions(UnaryOperator<World> way) {
    World world = new World();
    Failed failed = new Failed("no tea");
    Throwable unused = failed.initCause(new IllegalStateException("no water"));
    failed.addSuppressed(new IllegalStateException());
    world.others.add(failed);

    Failed back = (Failed) way.apply(world).others.get(0);

    assertThat(back).isNotSameAs(failed).hasMessage("no tea");
    assertThat(back.getCause()).isInstanceOf(IllegalStateException.class).hasMessage("no water");
    assertThat(back.getStackTrace()).isEqualTo(failed.getStackTrace());
    assertThat(back.getSuppressed()[0]).isInstanceOf(IllegalStateException.class).hasMessage(null);
  }

  /** A time, a place, and a clock. */
  static final class Stamp {
    ZonedDateTime time = ZonedDateTime.parse("2020-10-25T02:30+01:00[Europe/Berlin]");
    TimeZone zone = TimeZone.getTimeZone("Asia/Tokyo");
    InetAddress address;

    Stamp() throws UnknownHostException {
      address = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Stamp s
          && s.time.equals(time)
          && s.zone.equals(zone)
          && s.address.equals(address);
    }

    @Override
    public int hashCode() {
      return Objects.hash(time, zone, address);
    }
  }

  static Stream<UnaryOperator<Stamp>> stampWays() {
    TypeSerializer<Stamp> serializer = Serializers.kryo(Stamp.class);
    return Stream.of(
        stamp -> Bytes.read(serializer, Bytes.of(serializer, stamp)),
        stamp -> serializer.copy(stamp));
  }

  @ParameterizedTest
  @MethodSource("stampWays")
  void timesThatOccurTwice(UnaryOperator<Stamp> way) throws UnknownHostException {
    Stamp stamp = new Stamp();
    assertThat(way.apply(stamp)).isEqualTo(stamp);
    stamp.time = ZonedDateTime.parse("2020-10-25T02:30+02:00[Europe/Berlin]");
    assertThat(way.apply(stamp)).isEqualTo(stamp);
    stamp.time = ZonedDateTime.parse("2020-10-25T02:30+02:00");
    assertThat(way.apply(stamp)).isEqualTo(stamp);
  }

  @ParameterizedTest
  @MethodSource("stampWays")
  void timeZoneWhoseOffsetWasSet_isRefused(UnaryOperator<Stamp> way) throws UnknownHostException {
    Stamp stamp = new Stamp();
    stamp.zone.setRawOffset(3_600_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> way.apply(stamp))
        .withMessageContaining("Asia/Tokyo");
  }
}
