// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StateEntry;
import io.statebackend.core.reader.StateSerializers;
import io.statebackend.core.reader.StateSize;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Tells how large the states are, and which keys are the heaviest. */
@Command(
    name = "sizes",
    description = {
      "Tells how large each state is, and with --keys which keys take the most of it.",
      "",
      "State in portable form is measured by its indexes, within moments. For --keys, and for state"
          + " in an engine's own format, every entry is read. rows counts values, list elements,"
          + " map entries and timers; bytes is before compression. A weight with ~ may be too high,"
          + " as only so many keys are counted at a time."
    })
final class SizesCommand extends CheckpointCommand {
  private static final int KEYS_PER_WANTED = 64;
  private static final int COUNTED_KEYS_MIN = 4_096;
  private static final int COUNTED_KEYS_MAX = 65_536;
  private static final int ROWS_PER_CHECK = 1_024;

  @Mixin private Chosen chosen = new Chosen();

  @Option(
      names = "--keys",
      paramLabel = "N",
      description = "Shows the N heaviest keys of each state, at most 1000.")
  private int keys;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Writes a page with a treemap as well; it needs nothing else.")
  private @Nullable Path html;

  /**
   * How large a state is.
   *
   * @param rows the number of its rows, or -1 if they were not counted
   * @param storedBytes what it takes in portable snapshots, or -1 if not all of it lies there
   */
  record Measured(
      StoredState state,
      long rows,
      long bytes,
      long storedBytes,
      List<HeavyHitters.Heavy<String>> keys) {}

  @Override
  public Integer call() {
    if (keys < 0 || keys > 1000) {
      throw new UsageException("--keys is 0 to 1000: " + keys);
    }
    List<Measured> all = new ArrayList<>();
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place)) {
      for (StoredOperator operator : operators(reader, chosen.operator())) {
        all.addAll(measure(reader, operator));
      }
      all.sort((a, b) -> Long.compare(b.bytes(), a.bytes()));
      if (json) {
        all.forEach(measured -> json(tree(measured)));
      } else {
        show(all);
      }
      if (html != null) {
        write(html, Treemap.page(reader.location(), all));
      }
    }
    return ExitStatus.FINE;
  }

  private List<Measured> measure(CheckpointReader reader, StoredOperator operator) {
    List<StateSize> sizes = reader.sizes(operator);
    boolean isKnown = keys == 0 && sizes.stream().allMatch(StateSize::isWhole);
    Map<String, Sum> sums = isKnown ? Map.of() : sums(reader, operator);
    List<Measured> measured = new ArrayList<>();
    for (StateSize size : sizes) {
      Sum sum = sums.get(size.state().name());
      long stored = size.isWhole() ? size.storedBytes() : -1;
      measured.add(
          isKnown
              ? new Measured(size.state(), -1, size.bytes(), stored, List.of())
              : sum == null
                  ? new Measured(size.state(), 0, 0, stored, List.of())
                  : new Measured(
                      size.state(), sum.rows, sum.bytes, stored, sum.keys.heaviest(keys)));
    }
    return measured;
  }

  private static final class Sum {
    final HeavyHitters<String> keys;
    long rows;
    long bytes;

    Sum(int counted) {
      keys = new HeavyHitters<>(counted);
    }
  }

  private Map<String, Sum> sums(CheckpointReader reader, StoredOperator operator) {
    int counted = Math.max(COUNTED_KEYS_MIN, Math.min(COUNTED_KEYS_MAX, keys * KEYS_PER_WANTED));
    Map<String, Sum> sums = new LinkedHashMap<>();
    // Only keys have to be understood.
    StateSerializers serializers =
        new StateSerializers(
            keys == 0 ? StateSerializers.RAW.key() : null,
            StateSerializers.RAW.namespace(),
            StateSerializers.RAW.userKey(),
            StateSerializers.RAW.value());
    try (StateEntries entries = reader.entries(operator, serializers);
        Progress progress =
            new Progress(console(), "rows of " + operator.id(), 0, System::nanoTime)) {
      long rows = 0;
      for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
        Sum sum = sums.computeIfAbsent(entry.state().name(), name -> new Sum(counted));
        sum.rows++;
        sum.bytes += entry.sizeBytes();
        if (keys > 0 && entry.state().kind().isKeyed()) {
          sum.keys.add(Json.text(JsonTree.of(entry.key())), entry.sizeBytes());
        }
        if (++rows % ROWS_PER_CHECK == 0) {
          progress.done(rows, false);
        }
      }
    }
    return sums;
  }

  private void show(List<Measured> all) {
    long total = Math.max(1, all.stream().mapToLong(Measured::bytes).sum());
    List<List<String>> rows = new ArrayList<>();
    for (Measured measured : all) {
      rows.add(
          List.of(
              measured.state().operatorId(),
              measured.state().name(),
              ShowCommand.kind(measured.state()),
              measured.rows() < 0 ? "" : Console.count(measured.rows()),
              Console.size(measured.bytes()),
              measured.storedBytes() < 0 ? "" : Console.size(measured.storedBytes()),
              measured.bytes() * 100 / total + " %"));
    }
    console()
        .table(List.of("operator", "state", "kind", ">rows", ">bytes", ">stored", ">share"), rows);
    for (Measured measured : all) {
      if (!measured.keys().isEmpty()) {
        console().line("");
        console()
            .line(
                console()
                    .styled(
                        "bold",
                        "heaviest keys of %s, %s"
                            .formatted(measured.state().operatorId(), measured.state().name())));
        console()
            .table(
                List.of("  key", ">bytes"),
                measured.keys().stream()
                    .map(
                        key ->
                            List.of(
                                "  " + key.item(),
                                (key.errorMax() > 0 ? "~" : "") + Console.size(key.weight())))
                    .toList());
      }
    }
  }

  private static Map<String, @Nullable Object> tree(Measured measured) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("operator", measured.state().operatorId());
    tree.put("state", measured.state().name());
    tree.put("kind", ShowCommand.kind(measured.state()));
    tree.put("rows", measured.rows() < 0 ? null : measured.rows());
    tree.put("bytes", measured.bytes());
    tree.put("storedBytes", measured.storedBytes() < 0 ? null : measured.storedBytes());
    tree.put(
        "heaviestKeys",
        measured.keys().stream()
            .map(
                key -> {
                  Map<String, @Nullable Object> one = new LinkedHashMap<>();
                  one.put("key", JsonParser.parse(key.item()));
                  one.put("bytes", key.weight());
                  one.put("errorMax", key.errorMax());
                  return one;
                })
            .toList());
    return tree;
  }

  private static void write(Path file, String page) {
    try {
      Files.writeString(file, page);
    } catch (IOException e) {
      throw new UsageException("cannot write %s: %s".formatted(file, e));
    }
  }
}
