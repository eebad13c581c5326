// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds where two schemas differ, for messages. */
public final class SchemaDifference {
  private static final int TOLD_MAX = 20;

  private final Set<String> differences = new LinkedHashSet<>();

  /** The pairs that do not differ, or are being compared: none is gone through twice. */
  private final Set<List<StoredType>> passed = new HashSet<>();

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
    SchemaDifference search = new SchemaDifference();
    search.find(StoredType.of(stored), StoredType.of(declared), "");
    Set<String> differences = search.differences;
    if (differences.isEmpty()) {
      return Path.difference(stored, declared);
    }
    String told = differences.stream().limit(TOLD_MAX).collect(Collectors.joining("; "));
    return differences.size() > TOLD_MAX ? told + "; and more" : told;
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
          builtIn.compatibility(StoredType.of(stored), Comparison.tellingLosses(losses::add));
    }
    return List.copyOf(losses);
  }

  private void find(StoredType stored, StoredType declared, String path) {
    List<StoredType> pair = List.of(stored, declared);
    int before = differences.size();
    if (before > TOLD_MAX || !passed.add(pair)) {
      return;
    }
    if (!stored.type().equals(declared.type())) {
      tell(path, Path.difference(stored.schema(), declared.schema()));
    } else if (stored.type().equals(Words.RECORD)) {
      findInRecords(stored, declared, path);
    } else {
      findInOrder(stored, declared, path);
    }
    if (differences.size() > before) {
      passed.remove(pair);
    }
  }

  private void tell(String path, String difference) {
    differences.add(path.isEmpty() ? difference : path + ": " + difference);
  }

  private void findInRecords(StoredType stored, StoredType declared, String path) {
    List<TypeSchema.Member> before = stored.members();
    List<String> names = before.stream().map(member -> String.valueOf(member.name())).toList();
    List<String> namesNow =
        declared.members().stream().map(member -> String.valueOf(member.name())).toList();
    for (int i = 0; i < before.size(); i++) {
      int now = namesNow.indexOf(names.get(i));
      if (now < 0) {
        tell(path, "stored " + describe(before.get(i)) + ", not declared");
      } else {
        findInParts(stored, i, declared, now, path);
      }
    }
    for (int i = 0; i < namesNow.size(); i++) {
      if (!names.contains(namesNow.get(i))) {
        tell(path, "not stored, declared " + describe(declared.members().get(i)));
      }
    }
    List<String> kept = names.stream().filter(namesNow::contains).toList();
    if (!kept.equals(namesNow.stream().filter(names::contains).toList())) {
      tell(path, "stored in the order " + kept);
    }
  }

  private void findInOrder(StoredType stored, StoredType declared, String path) {
    List<TypeSchema.Member> before = stored.members();
    List<TypeSchema.Member> after = declared.members();
    for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
      TypeSchema.Member was = before.get(i);
      TypeSchema.Member is = after.get(i);
      if (!Objects.equals(was.name(), is.name())) {
        tell(path, "stored " + describe(was) + ", declared " + describe(is) + " in its place");
      } else {
        findInParts(stored, i, declared, i, path);
      }
    }
    for (int i = after.size(); i < before.size(); i++) {
      tell(path, "stored " + describe(before.get(i)) + ", not declared");
    }
    for (int i = before.size(); i < after.size(); i++) {
      tell(path, "not stored, declared " + describe(after.get(i)));
    }
  }

  private void findInParts(
      StoredType stored, int index, StoredType declared, int indexNow, String path) {
    if (stored.members().get(index).schema() != null
        && declared.members().get(indexNow).schema() != null) {
      find(stored.part(index), declared.part(indexNow), path(path, stored, index));
    }
  }

  private static String path(String path, StoredType whole, int index) {
    String name = whole.members().get(index).name();
    if (name != null) {
      return path.isEmpty() ? name : path + "." + name;
    }
    return switch (whole.type()) {
      case Words.LIST, Words.SET, Words.ARRAY -> path + "[]";
      case Words.MAP -> path + (index == 0 ? "{key}" : "{value}");
      default -> path;
    };
  }

  private static String describe(TypeSchema.Member member) {
    TypeSchema schema = member.schema();
    String type = schema == null ? "" : Path.brief(schema);
    return member.name() == null ? type : "'" + member.name() + "' " + type.trim();
  }
}
