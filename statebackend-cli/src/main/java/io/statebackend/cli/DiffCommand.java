// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.cli.RowTable.Change;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells what has changed between two checkpoints. */
@Command(
    name = "diff",
    description = {
      "Tells what has changed from one checkpoint to another: states, and rows by state.",
      "",
      "Values are compared as their schemas tell, so that the same value in another form is the"
          + " same. Times of use of state with a time to live do not count. The status is 1 if"
          + " anything is different."
    })
final class DiffCommand extends CheckpointCommand {
  private static final int ROWS_PER_CHECK = 1_024;

  @Parameters(index = "0", paramLabel = "BEFORE", description = "The earlier checkpoint.")
  private String before = "";

  @Parameters(index = "1", paramLabel = "AFTER", description = "The later checkpoint.")
  private String after = "";

  @Option(names = "--operator", paramLabel = "ID", description = "Which operator. Default: all.")
  private @Nullable String operator;

  @Option(names = "--state", paramLabel = "NAME", description = "Which state. Default: all.")
  private @Nullable String state;

  @Option(names = "--keys", description = "Shows the rows that are different, one by one.")
  private boolean keys;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most so many rows for each state. Default: ${DEFAULT-VALUE}.")
  private long limit;

  private final List<List<String>> lines = new ArrayList<>();
  private final RowTable table = new RowTable();
  private boolean isDifferent;

  @Override
  public Integer call() {
    try (Location placeBefore = Location.open(before);
        Location placeAfter = Location.open(after);
        CheckpointReader earlier = placeBefore.reader(null);
        CheckpointReader later = placeAfter.reader(null)) {
      Set<String> ids = new LinkedHashSet<>();
      earlier.operators().forEach(found -> ids.add(found.id()));
      later.operators().forEach(found -> ids.add(found.id()));
      if (operator != null && !ids.contains(operator)) {
        throw new UsageException("no operator '%s'; there are %s".formatted(operator, ids));
      }
      for (String id : ids) {
        if (operator == null || operator.equals(id)) {
          compare(earlier, later, id);
        }
      }
    }
    if (!json) {
      if (lines.isEmpty()) {
        console().line("no state to compare");
      } else {
        console()
            .table(
                List.of("operator", "state", ">added", ">removed", ">changed", ">same", ""), lines);
      }
    }
    return isDifferent ? ExitStatus.DIFFERENT : ExitStatus.FINE;
  }

  private void compare(CheckpointReader earlier, CheckpointReader later, String operatorId) {
    Optional<StoredOperator> operatorBefore = earlier.operator(operatorId);
    Optional<StoredOperator> operatorAfter = later.operator(operatorId);
    boolean haveSameGroups =
        operatorBefore
            .map(StoredOperator::maxParallelism)
            .orElse(0)
            .equals(operatorAfter.map(StoredOperator::maxParallelism).orElse(0));
    Set<String> names = new LinkedHashSet<>();
    operatorBefore.ifPresent(o -> o.states().forEach(s -> names.add(s.name())));
    operatorAfter.ifPresent(o -> o.states().forEach(s -> names.add(s.name())));
    for (String name : names) {
      if (state != null && !state.equals(name)) {
        continue;
      }
      Optional<StoredState> was = earlier.state(operatorId, name);
      Optional<StoredState> is = later.state(operatorId, name);
      if (was.isPresent() && is.isPresent() && was.get().kind() == is.get().kind()) {
        compare(earlier, was.get(), later, is.get(), haveSameGroups);
      } else {
        isDifferent = true;
        String what =
            was.isEmpty()
                ? "state was added"
                : is.isEmpty()
                    ? "state was removed"
                    : "was " + ShowCommand.kind(was.get()) + ", is " + ShowCommand.kind(is.get());
        tellState(operatorId, name, what);
      }
    }
  }

  private void tellState(String operatorId, String name, String what) {
    if (json) {
      Map<String, @Nullable Object> tree = new LinkedHashMap<>();
      tree.put("operator", operatorId);
      tree.put("state", name);
      tree.put("difference", what);
      json(tree);
    } else {
      lines.add(List.of(operatorId, name, "", "", "", "", what));
    }
  }

  private void compare(
      CheckpointReader earlier,
      StoredState was,
      CheckpointReader later,
      StoredState is,
      boolean haveSameGroups) {
    StateDiff diff;
    try (Progress progress =
        new Progress(console(), "rows of " + was.name(), 0, System::nanoTime)) {
      diff =
          new StateDiff(
              earlier,
              was,
              later,
              is,
              haveSameGroups || !was.kind().isKeyed(),
              table,
              new Teller(progress));
      diff.run();
    }
    boolean differs = diff.added() + diff.removed() + diff.changed() > 0;
    String schema =
        ShowCommand.words(was).equals(ShowCommand.words(is))
            ? ""
            : "schema: was %s, is %s".formatted(ShowCommand.words(was), ShowCommand.words(is));
    isDifferent |= differs || !schema.isEmpty();
    if (json) {
      Map<String, @Nullable Object> tree = diff.tree();
      if (!schema.isEmpty()) {
        tree.put("difference", schema);
      }
      json(tree);
    } else {
      lines.add(
          List.of(
              is.operatorId(),
              is.name(),
              Console.count(diff.added()),
              Console.count(diff.removed()),
              Console.count(diff.changed()),
              Console.count(diff.same()),
              schema));
    }
  }

  /** Writes the rows that are different. */
  private final class Teller implements StateDiff.Listener {
    private final Progress progress;
    private long read;
    private long told;

    Teller(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void differs(Change change, Map<String, @Nullable Object> row) {
      if (!keys || ++told > limit) {
        return;
      }
      if (json) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("change", change.toString().toLowerCase(Locale.ROOT));
        tree.putAll(row);
        json(tree);
      } else {
        String sign =
            switch (change) {
              case ADDED -> console().styled("green", "+");
              case REMOVED -> console().styled("red", "-");
              case CHANGED, SAME -> console().styled("yellow", "~");
            };
        console().line(sign + " " + Json.text(row));
      }
    }

    @Override
    public boolean wantsRemoved() {
      return keys && told < limit;
    }

    @Override
    public void read() {
      if (++read % ROWS_PER_CHECK == 0) {
        progress.done(read, false);
      }
    }
  }
}
