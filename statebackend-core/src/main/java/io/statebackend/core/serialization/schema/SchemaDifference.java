// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds where two schemas differ, for messages. */
public final class SchemaDifference {
  private static final int TOLD_MAX = 20;

  private SchemaDifference() {}

  /**
   * Says where a stored schema differs from a declared one. Components of records are matched by
   * name.
   *
   * @param stored the schema in a snapshot
   * @param declared the schema of the running code
   * @return of each difference the path of the part, its stored and its declared type, such as
   *     {@code items[].price: stored int32, declared int64}
   */
  public static String of(TypeSchema stored, TypeSchema declared) {
    Set<String> differences = new LinkedHashSet<>();
    find(stored, declared, Path.ROOT, differences);
    if (differences.isEmpty()) {
      return Path.difference(stored, declared);
    }
    String told = differences.stream().limit(TOLD_MAX).collect(Collectors.joining("; "));
    int untold = differences.size() - TOLD_MAX;
    return untold > 0 ? told + "; and " + untold + " more" : told;
  }

  /**
   * Says what of the stored values a migration drops: components that a record has no more.
   *
   * @param serializer the declared serializer
   * @param stored the schema in a snapshot
   * @return of each part that is dropped its path and type; empty if nothing is, or the serializer
   *     does not tell, as one of a program's own
   */
  public static List<String> losses(TypeSerializer<?> serializer, TypeSchema stored) {
    Set<String> losses = new LinkedHashSet<>();
    if (serializer instanceof BuiltInSerializer<?> builtIn) {
      Compatibility<?> unused =
          builtIn.compatibility(StoredType.of(stored), Path.tellingLosses(losses::add));
    }
    return List.copyOf(losses);
  }

  private static void find(
      TypeSchema stored, TypeSchema declared, Path path, Set<String> differences) {
    if (!stored.type().equals(declared.type())) {
      differences.add(path.at(Path.difference(stored, declared)));
    } else if (stored.type().equals(Words.RECORD)) {
      findInRecords(stored, declared, path, differences);
    } else {
      findInOrder(stored, declared, path, differences);
    }
  }

  private static void findInRecords(
      TypeSchema stored, TypeSchema declared, Path path, Set<String> differences) {
    List<TypeSchema.Member> before = stored.members();
    List<String> names = before.stream().map(member -> String.valueOf(member.name())).toList();
    List<String> namesNow =
        declared.members().stream().map(member -> String.valueOf(member.name())).toList();
    for (int i = 0; i < before.size(); i++) {
      int now = namesNow.indexOf(names.get(i));
      if (now < 0) {
        differences.add(path.at("stored " + describe(before.get(i)) + ", not declared"));
      } else {
        findInParts(before.get(i), declared.members().get(now), part(path, stored, i), differences);
      }
    }
    for (int i = 0; i < namesNow.size(); i++) {
      if (!names.contains(namesNow.get(i))) {
        differences.add(path.at("not stored, declared " + describe(declared.members().get(i))));
      }
    }
    List<String> kept = names.stream().filter(namesNow::contains).toList();
    if (!kept.equals(namesNow.stream().filter(names::contains).toList())) {
      differences.add(path.at("stored in the order " + kept));
    }
  }

  private static void findInOrder(
      TypeSchema stored, TypeSchema declared, Path path, Set<String> differences) {
    List<TypeSchema.Member> before = stored.members();
    List<TypeSchema.Member> after = declared.members();
    for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
      TypeSchema.Member was = before.get(i);
      TypeSchema.Member is = after.get(i);
      if (!Objects.equals(was.name(), is.name())) {
        differences.add(
            path.at("stored " + describe(was) + ", declared " + describe(is) + " in its place"));
      } else {
        findInParts(was, is, part(path, stored, i), differences);
      }
    }
    for (int i = after.size(); i < before.size(); i++) {
      differences.add(path.at("stored " + describe(before.get(i)) + ", not declared"));
    }
    for (int i = before.size(); i < after.size(); i++) {
      differences.add(path.at("not stored, declared " + describe(after.get(i))));
    }
  }

  private static void findInParts(
      TypeSchema.Member was, TypeSchema.Member is, Path path, Set<String> differences) {
    TypeSchema before = was.schema();
    TypeSchema after = is.schema();
    if (before != null && after != null) {
      find(before, after, path, differences);
    }
  }

  private static Path part(Path path, TypeSchema whole, int index) {
    String name = whole.members().get(index).name();
    if (name != null) {
      return path.component(name);
    }
    return switch (whole.type()) {
      case Words.LIST, Words.SET, Words.ARRAY -> path.elements();
      case Words.MAP -> index == 0 ? path.keys() : path.values();
      default -> path;
    };
  }

  private static String describe(TypeSchema.Member member) {
    TypeSchema schema = member.schema();
    String type = schema == null ? "" : Path.brief(schema);
    return member.name() == null ? type : "'" + member.name() + "' " + type.trim();
  }
}
