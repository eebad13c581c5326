// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.TypeSchema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What becomes of stored values when their type changes, decided from the two schemas alone, by the
 * table in docs/format/serialized-types-v1.md. What only classes tell, such as former names and
 * defaults, is not known: a renamed component counts as one removed and one added.
 */
final class SchemaChange {
  private static final Map<String, Set<String>> WIDER =
      Map.of(
          "int8",
          Set.of("int16", "int32", "int64", "float32", "float64", "bigint", "decimal"),
          "int16",
          Set.of("int32", "int64", "float32", "float64", "bigint", "decimal"),
          "char16",
          Set.of("int32", "int64"),
          "int32",
          Set.of("int64", "float64", "bigint", "decimal"),
          "int64",
          Set.of("bigint", "decimal"),
          "bigint",
          Set.of("decimal"),
          "float32",
          Set.of("float64"));

  private static final Set<String> COLLECTIONS = Set.of("list", "set", "array");

  /** Indexes up to this take one byte, and more take two. */
  private static final int ONE_BYTE_MAX = 128;

  private final List<String> reasons = new ArrayList<>();
  private final List<String> rewrites = new ArrayList<>();

  /** The pairs of types that were compared, or are being. */
  private final Set<List<Identity>> passed = new HashSet<>();

  /** A very type, and not one that looks the same. */
  private static final class Identity {
    private final TypeSchema schema;

    Identity(TypeSchema schema) {
      this.schema = schema;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // The very type is meant, in its place.
    public boolean equals(Object other) {
      return other instanceof Identity that && schema == that.schema;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(schema);
    }
  }

  private SchemaChange() {}

  /** Compares the type that values were stored with and the one that they are to have. */
  static SchemaChange of(TypeSchema stored, TypeSchema declared) {
    SchemaChange change = new SchemaChange();
    if (!stored.equals(declared)) {
      change.compare(ResolvedType.of(stored), ResolvedType.of(declared), "");
    }
    return change;
  }

  /** Tells why the stored values cannot be read; empty if they can. */
  List<String> reasons() {
    return reasons;
  }

  /** Tells what is rewritten; empty if the stored bytes stay as they are. */
  List<String> rewrites() {
    return rewrites;
  }

  private void compare(ResolvedType stored, ResolvedType declared, String path) {
    List<Identity> pair = List.of(new Identity(stored.schema()), new Identity(declared.schema()));
    if (!passed.add(pair)) {
      return;
    }
    String from = stored.word();
    String to = declared.word();
    if (to.equals("optional") && !from.equals("optional")) {
      rewrite(path, "becomes optional");
      compare(stored, declared.part(0), path);
    } else if (COLLECTIONS.contains(from) && COLLECTIONS.contains(to)) {
      if (to.equals("set") && !from.equals("set")) {
        refuse(path, stored, declared);
      } else {
        compare(stored.part(0), declared.part(0), path + "[]");
      }
    } else if (!from.equals(to)) {
      if (WIDER.getOrDefault(from, Set.of()).contains(to)) {
        rewrite(path, from + " becomes " + to);
      } else {
        refuse(path, stored, declared);
      }
    } else {
      compareSame(stored, declared, path);
    }
  }

  private void compareSame(ResolvedType stored, ResolvedType declared, String path) {
    switch (stored.word()) {
      case "optional" -> compare(stored.part(0), declared.part(0), path);
      case "map" -> {
        compare(stored.part(0), declared.part(0), path + "{key}");
        compare(stored.part(1), declared.part(1), path + "{value}");
      }
      case "record" -> compareRecords(stored, declared, path);
      case "enum" -> compareNames(stored, declared, path, "constant");
      case "union" -> {
        compareNames(stored, declared, path, "case");
        for (int i = 0; i < stored.partCount(); i++) {
          int now = declared.namesOfParts().indexOf(stored.nameOfPart(i));
          if (now >= 0) {
            compare(stored.part(i), declared.part(now), path + "<" + stored.nameOfPart(i) + ">");
          }
        }
      }
      case "kryo" -> {
        if (!stored.schema().equals(declared.schema())) {
          reasons.add(
              at(path)
                  + "classes that Kryo writes have changed: what that means only the program can"
                  + " tell, by CompatibilityCheck");
        }
      }
      default -> {
        if (!stored.schema().equals(declared.schema())) {
          refuse(path, stored, declared);
        }
      }
    }
  }

  private void compareRecords(ResolvedType stored, ResolvedType declared, String path) {
    List<String> before = stored.namesOfParts();
    List<String> after = declared.namesOfParts();
    for (int i = 0; i < before.size(); i++) {
      int now = after.indexOf(before.get(i));
      if (now < 0) {
        rewrite(path, "component '%s' is dropped".formatted(before.get(i)));
      } else {
        String inner = path.isEmpty() ? before.get(i) : path + "." + before.get(i);
        compareComponents(stored.part(i), declared.part(now), inner);
      }
    }
    for (String name : after) {
      if (!before.contains(name)) {
        rewrite(path, "component '%s' is new and takes its default".formatted(name));
      }
    }
    if (!before.stream()
        .filter(after::contains)
        .toList()
        .equals(after.stream().filter(before::contains).toList())) {
      rewrite(path, "components have another order");
    }
  }

  private void compareComponents(ResolvedType stored, ResolvedType declared, String path) {
    boolean wasNullable = stored.word().equals("nullable");
    boolean isNullable = declared.word().equals("nullable");
    ResolvedType was = wasNullable ? stored.part(0) : stored;
    ResolvedType is = isNullable ? declared.part(0) : declared;
    if (wasNullable && !isNullable) {
      reasons.add(
          at(path)
              + "could be null and cannot be any more: give the component a @DefaultValue, which"
              + " null becomes");
    } else if (isNullable && !wasNullable) {
      rewrite(path, "can be null");
    }
    compare(was, is, path);
  }

  /** Compares the constants of enums or the cases of unions. */
  private void compareNames(ResolvedType stored, ResolvedType declared, String path, String what) {
    List<String> before = stored.namesOfParts();
    List<String> after = declared.namesOfParts();
    for (String name : before) {
      if (!after.contains(name)) {
        rewrite(path, "%s '%s' is gone, an error if it occurs".formatted(what, name));
      }
    }
    boolean isPrefix =
        before.size() <= after.size() && after.subList(0, before.size()).equals(before);
    boolean hasOtherWidth =
        what.equals("constant") && before.size() <= ONE_BYTE_MAX != after.size() <= ONE_BYTE_MAX;
    if (!isPrefix && after.containsAll(before)) {
      rewrite(path, what + "s have other places");
    } else if (isPrefix && hasOtherWidth) {
      rewrite(path, what + "s take two bytes where there was one, or the reverse");
    }
  }

  private void rewrite(String path, String what) {
    rewrites.add(at(path) + what);
  }

  private void refuse(String path, ResolvedType stored, ResolvedType declared) {
    reasons.add(at(path) + "stored " + stored.brief() + ", declared " + declared.brief());
  }

  private static String at(String path) {
    return path.isEmpty() ? "" : path + ": ";
  }
}
