// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StateEntry;
import io.statebackend.core.reader.StateSerializers;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes the entries of states. */
@Command(
    name = "cat",
    description = {
      "Writes the entries of a checkpoint, one JSON object a line: of one state, or of all.",
      "",
      "A list gives a row for each element, a map one for each of its keys. Members: operator,"
          + " state, subtask, keyGroup, key, namespace, index, userKey, value, timestamp (of"
          + " timers), usedMillis (with a time to live; what has expired is shown as long as it is"
          + " stored)."
    })
final class CatCommand extends CheckpointCommand {
  @Mixin private Chosen chosen = new Chosen();

  @Option(names = "--state", paramLabel = "NAME", description = "Which state. Default: all.")
  private @Nullable String state;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "Only this key: JSON, or a text without quotes. Needs --state.")
  private @Nullable String key;

  @Option(
      names = "--where",
      paramLabel = "CONDITION",
      description =
          "Only rows that fulfil it, such as value.total>=100, key~ber or value.items.0=null."
              + " Several must all be fulfilled.")
  private List<String> where = new ArrayList<>();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "At most so many rows. Default: no limit.")
  private long limit = Long.MAX_VALUE;

  @Option(names = "--csv", description = "Writes CSV with a header.")
  private boolean csv;

  @Option(
      names = "--raw",
      description = "Writes keys and values as hexadecimal bytes, whatever their types.")
  private boolean raw;

  @Override
  public Integer call() {
    if (csv && json) {
      throw new UsageException("either --csv or --json");
    }
    if (key != null && state == null) {
      throw new UsageException("--key needs --state");
    }
    RowWriter writer = new RowWriter(console(), csv, where.stream().map(Filter::parse).toList());
    writer.limit(limit);
    StateSerializers serializers = raw ? StateSerializers.RAW : StateSerializers.OF_SCHEMA;
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place);
        Progress progress = new Progress(console(), "rows read", 0, System::nanoTime)) {
      if (state == null) {
        for (StoredOperator operator : operators(reader, chosen.operator())) {
          try (StateEntries entries = reader.entries(operator, serializers)) {
            writer.write(entries, progress);
          }
        }
      } else {
        StoredState chosenState = state(reader, chosen.operator(), state);
        try (StateEntries entries =
            key == null
                ? reader.entries(chosenState, serializers)
                : reader.lookup(chosenState, GetCommand.key(chosenState, key), serializers)) {
          writer.write(entries, progress);
        }
      }
    }
    return ExitStatus.FINE;
  }

  /** Writes rows until there are enough, or nobody reads them any more. */
  static final class RowWriter {
    private static final int ROWS_PER_CHECK = 1_024;

    private final Console console;
    private final boolean isCsv;
    private final List<Filter> filters;
    private long limit = Long.MAX_VALUE;
    private long read;
    private long written;

    RowWriter(Console console, boolean isCsv, List<Filter> filters) {
      this.console = console;
      this.isCsv = isCsv;
      this.filters = filters;
    }

    void limit(long rows) {
      limit = rows;
    }

    long written() {
      return written;
    }

    void write(StateEntries entries, Progress progress) {
      while (written < limit) {
        StateEntry entry = entries.next();
        if (entry == null) {
          return;
        }
        if (++read % ROWS_PER_CHECK == 0) {
          progress.done(read, false);
          if (console.out().checkError()) {
            limit = 0;
          }
        }
        Map<String, @Nullable Object> row = Rows.of(entry);
        if (filters.stream().allMatch(filter -> filter.test(row))) {
          write(row);
        }
      }
    }

    private void write(Map<String, @Nullable Object> row) {
      if (isCsv && written == 0) {
        console.line(String.join(",", Rows.MEMBERS));
      }
      console.line(isCsv ? Rows.csv(row, Rows.MEMBERS) : Json.text(row));
      written++;
    }
  }
}
