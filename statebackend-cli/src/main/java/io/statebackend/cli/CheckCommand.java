// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.TypeSchema;
import io.statebackend.core.reader.CheckpointReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells whether state can become what another version of the program declares. */
@Command(
    name = "check",
    description = {
      "Tells what becomes of each state when the program that is to restore it has other types.",
      "",
      "OTHER is a checkpoint of the new version, such as one that its tests write, or a file with"
          + " what show --json writes, in which schemas may be changed by hand to see what that"
          + " would do. What only classes tell, former names and defaults, is not known here: a"
          + " renamed component counts as one removed and one added. CompatibilityCheck in a test"
          + " of the program knows all. The status is 3 if a state cannot be read."
    })
final class CheckCommand extends CheckpointCommand {
  @Mixin private Chosen chosen = new Chosen();

  @Option(
      names = "--against",
      required = true,
      paramLabel = "OTHER",
      description = "A checkpoint of the new version, or a file written by show --json.")
  private String against = "";

  /** What becomes of a state. */
  private enum Verdict {
    AS_IS("as is"),
    MIGRATED("migrated"),
    NEW("new"),
    CARRIED("not declared"),
    INCOMPATIBLE("incompatible");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }
  }

  private record Line(String operator, String state, Verdict verdict, List<String> messages) {}

  private final List<Line> lines = new ArrayList<>();

  @Override
  public Integer call() {
    DeclaredSchemas declared = DeclaredSchemas.of(against);
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place)) {
      DeclaredSchemas stored = DeclaredSchemas.of(reader);
      Set<String> ids = new LinkedHashSet<>(stored.operators().keySet());
      ids.addAll(declared.operators().keySet());
      for (String id : ids) {
        if (chosen.operator() == null || id.equals(chosen.operator())) {
          compare(id, stored.operators().get(id), declared.operators().get(id));
        }
      }
    }
    for (Line line : lines) {
      if (json) {
        json(tree(line));
      }
    }
    if (!json) {
      show();
    }
    boolean isCompatible = lines.stream().noneMatch(line -> line.verdict == Verdict.INCOMPATIBLE);
    return isCompatible ? ExitStatus.FINE : ExitStatus.INCOMPATIBLE;
  }

  private void compare(
      String id, DeclaredSchemas.@Nullable Operator stored, DeclaredSchemas.@Nullable Operator is) {
    if (stored == null || is == null) {
      Verdict verdict = stored == null ? Verdict.NEW : Verdict.INCOMPATIBLE;
      lines.add(
          new Line(
              id,
              "",
              verdict,
              stored == null
                  ? List.of()
                  : List.of("the operator is not declared: declare it, or use dropOperator")));
      return;
    }
    boolean hasKeys = isThere(stored.key()) && isThere(is.key());
    if (hasKeys) {
      lines.add(
          stored.key().equals(is.key()) || isSameBytes(stored.key(), is.key())
              ? new Line(id, "(keys)", Verdict.AS_IS, List.of())
              : new Line(
                  id,
                  "(keys)",
                  Verdict.INCOMPATIBLE,
                  List.of(
                      "keys must stay as they are: stored %s, declared %s"
                          .formatted(stored.key(), is.key()))));
    }
    stored
        .states()
        .forEach(
            (name, state) -> {
              DeclaredSchemas.State now = is.states().get(name);
              lines.add(
                  now == null
                      ? new Line(id, name, Verdict.CARRIED, List.of("is carried on as it is"))
                      : line(id, name, state, now));
            });
    is.states()
        .forEach(
            (name, state) -> {
              if (!stored.states().containsKey(name)) {
                lines.add(new Line(id, name, Verdict.NEW, List.of()));
              }
            });
  }

  private static boolean isThere(TypeSchema schema) {
    return !schema.type().equals("void");
  }

  /** Names of classes do not count. */
  private static boolean isSameBytes(TypeSchema stored, TypeSchema declared) {
    SchemaChange change = SchemaChange.of(stored, declared);
    return change.reasons().isEmpty() && change.rewrites().isEmpty();
  }

  private static Line line(
      String id, String name, DeclaredSchemas.State stored, DeclaredSchemas.State is) {
    List<String> reasons = new ArrayList<>();
    if (!stored.kind().equals(is.kind())) {
      reasons.add("stored as %s, declared as %s".formatted(stored.kind(), is.kind()));
    }
    if (!isSameBytes(stored.namespace(), is.namespace())) {
      reasons.add(
          "namespaces must stay as they are: stored %s, declared %s"
              .formatted(stored.namespace(), is.namespace()));
    }
    SchemaChange userKeys = SchemaChange.of(stored.userKey(), is.userKey());
    SchemaChange values = SchemaChange.of(stored.value(), is.value());
    userKeys.reasons().forEach(reason -> reasons.add("map keys: " + reason));
    reasons.addAll(values.reasons());
    if (!reasons.isEmpty()) {
      return new Line(id, name, Verdict.INCOMPATIBLE, reasons);
    }
    List<String> rewrites = new ArrayList<>();
    userKeys.rewrites().forEach(rewrite -> rewrites.add("map keys: " + rewrite));
    rewrites.addAll(values.rewrites());
    return new Line(id, name, rewrites.isEmpty() ? Verdict.AS_IS : Verdict.MIGRATED, rewrites);
  }

  private void show() {
    List<List<String>> rows = new ArrayList<>();
    for (Line line : lines) {
      String first = line.messages.isEmpty() ? "" : line.messages.get(0);
      rows.add(List.of(line.operator, line.state, line.verdict.words, first));
      line.messages.stream().skip(1).forEach(message -> rows.add(List.of("", "", "", message)));
    }
    console().table(List.of("operator", "state", "verdict", ""), rows);
  }

  private static Map<String, @Nullable Object> tree(Line line) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("operator", line.operator);
    tree.put("state", line.state);
    tree.put("verdict", line.verdict.words);
    tree.put("messages", line.messages);
    return tree;
  }
}
