// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.StateTtl;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateSize;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import io.statebackend.core.reader.StoredSubtask;
import io.statebackend.core.snapshot.EventTime;
import io.statebackend.core.snapshot.FieldMeta;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells what is in a checkpoint. */
@Command(
    name = "show",
    description = {
      "Tells what is in a checkpoint: operators, subtasks, states with kind, schema and size.",
      "",
      "Reads headers and indexes only. The entries of a state that lies in an engine's own format"
          + " are not counted: sizes does that.",
      "Entries are counted as they are stored: a long list or large map is several."
    })
final class ShowCommand extends CheckpointCommand {
  private static final int HISTOGRAM_ROWS_MAX = 16;
  private static final int BAR_LENGTH_MAX = 40;

  @Mixin private Chosen chosen = new Chosen();

  @Option(names = "--key-groups", description = "Shows how the bytes are spread over key groups.")
  private boolean keyGroups;

  @Override
  public Integer call() {
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place)) {
      List<StoredOperator> operators = operators(reader, chosen.operator());
      if (json) {
        for (StoredOperator operator : operators) {
          json(tree(reader, operator));
        }
        return ExitStatus.FINE;
      }
      showHead(reader);
      for (StoredOperator operator : operators) {
        console().line("");
        show(reader, operator);
      }
      return ExitStatus.FINE;
    }
  }

  private void showHead(CheckpointReader reader) {
    String savepoint = reader.metadata().savepoint();
    console()
        .line(
            "%s %d, published %s, in %s"
                .formatted(
                    savepoint == null ? "checkpoint" : "savepoint",
                    reader.metadata().checkpointId(),
                    TimeTexts.instant(Instant.ofEpochMilli(reader.metadata().timestampMillis())),
                    reader.location()));
    reader
        .metadata()
        .droppedStates()
        .forEach(
            (operator, states) ->
                console().line("given up: " + operator + ": " + String.join(", ", states)));
  }

  private void show(CheckpointReader reader, StoredOperator operator) {
    console()
        .line(
            console()
                .styled(
                    "bold",
                    "operator %s: %d of at most %d subtasks"
                        .formatted(
                            operator.id(), operator.parallelism(), operator.maxParallelism())));
    if (!operator.key().equals(FieldMeta.VOID)) {
      console().line("  keys: " + operator.key().schema());
    }
    for (StoredSubtask subtask : operator.subtasks()) {
      EventTime time = subtask.eventTime();
      console()
          .line(
              "  subtask %d: key groups %d to %d, %s%s%s"
                  .formatted(
                      subtask.index(),
                      subtask.keyGroups().first(),
                      subtask.keyGroups().last(),
                      Console.size(subtask.sizeBytes()),
                      subtask.nativeFormat() == null
                          ? ""
                          : ", keyed state in format " + subtask.nativeFormat(),
                      time == null ? "" : ", watermark " + time.watermark()));
    }
    console().line("");
    List<List<String>> rows = new ArrayList<>();
    for (StateSize size : reader.sizes(operator)) {
      StoredState state = size.state();
      rows.add(
          List.of(
              "  " + state.name(),
              kind(state),
              size.isWhole() ? Console.count(size.entryCount()) : "?",
              size.isWhole() ? Console.size(size.bytes()) : "?",
              size.isWhole() ? Console.size(size.storedBytes()) : "?",
              state.ttl() == null ? "" : String.valueOf(state.ttl()),
              words(state)));
    }
    console()
        .table(
            List.of("  state", "kind", ">entries", ">bytes", ">stored", "time to live", "schema"),
            rows);
    if (keyGroups) {
      console().line("");
      showHistogram(reader.keyGroupBytes(operator));
    }
  }

  /** Shows key groups in up to 16 rows of as many each. */
  private void showHistogram(long[] bytes) {
    int groupsPerRow = (bytes.length + HISTOGRAM_ROWS_MAX - 1) / HISTOGRAM_ROWS_MAX;
    List<Long> sums = new ArrayList<>();
    for (int first = 0; first < bytes.length; first += groupsPerRow) {
      long sum = 0;
      for (int i = first; i < Math.min(bytes.length, first + groupsPerRow); i++) {
        sum += bytes[i];
      }
      sums.add(sum);
    }
    long max = Math.max(1, sums.stream().mapToLong(Long::longValue).max().orElse(1));
    List<List<String>> rows = new ArrayList<>();
    for (int row = 0; row < sums.size(); row++) {
      int first = row * groupsPerRow;
      int last = Math.min(bytes.length, first + groupsPerRow) - 1;
      long sum = sums.get(row);
      rows.add(
          List.of(
              first == last ? "  " + first : "  " + first + "-" + last,
              Console.size(sum),
              "#".repeat((int) (sum * BAR_LENGTH_MAX / max))));
    }
    console().table(List.of("  key groups", ">stored", ""), rows);
  }

  static String kind(StoredState state) {
    return state.kind().toString().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the types of a state in words. */
  static String words(StoredState state) {
    StringBuilder words = new StringBuilder();
    if (!state.meta().namespace().equals(FieldMeta.VOID)) {
      words.append("in ").append(state.meta().namespace().schema()).append(": ");
    }
    if (!state.meta().userKey().equals(FieldMeta.VOID)) {
      words.append(state.meta().userKey().schema()).append(" -> ");
    }
    words.append(state.value());
    return (state.hasOneForm() ? words : words.append(" (other subtasks have another form)"))
        .toString();
  }

  private Map<String, @Nullable Object> tree(CheckpointReader reader, StoredOperator operator) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("checkpoint", reader.metadata().checkpointId());
    tree.put("savepoint", reader.metadata().savepoint());
    tree.put("published", JsonTree.of(Instant.ofEpochMilli(reader.metadata().timestampMillis())));
    tree.put("operator", operator.id());
    tree.put("parallelism", operator.parallelism());
    tree.put("maxParallelism", operator.maxParallelism());
    tree.put("keySchema", operator.key().schema().toString());
    tree.put("subtasks", operator.subtasks().stream().map(ShowCommand::tree).toList());
    tree.put("states", reader.sizes(operator).stream().map(ShowCommand::tree).toList());
    if (keyGroups) {
      List<Long> bytes = new ArrayList<>();
      for (long size : reader.keyGroupBytes(operator)) {
        bytes.add(size);
      }
      tree.put("keyGroupBytes", bytes);
    }
    return tree;
  }

  private static Map<String, @Nullable Object> tree(StoredSubtask subtask) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("subtask", subtask.index());
    tree.put("firstKeyGroup", subtask.keyGroups().first());
    tree.put("lastKeyGroup", subtask.keyGroups().last());
    tree.put("bytes", subtask.sizeBytes());
    tree.put("nativeFormat", subtask.nativeFormat());
    EventTime time = subtask.eventTime();
    tree.put("watermark", time == null ? null : time.watermark());
    return tree;
  }

  static Map<String, @Nullable Object> tree(StateSize size) {
    StoredState state = size.state();
    StateTtl ttl = state.ttl();
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("state", state.name());
    tree.put("kind", kind(state));
    tree.put("namespaceSchema", state.meta().namespace().schema().toString());
    tree.put("userKeySchema", state.meta().userKey().schema().toString());
    tree.put("valueSchema", state.value().toString());
    tree.put("ttlMillis", ttl == null ? null : ttl.millis());
    tree.put("entries", size.isWhole() ? size.entryCount() : null);
    tree.put("bytes", size.isWhole() ? size.bytes() : null);
    tree.put("storedBytes", size.isWhole() ? size.storedBytes() : null);
    return tree;
  }
}
