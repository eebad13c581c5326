// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import io.statebackend.bench.Distribution;
import io.statebackend.bench.EntryType;
import io.statebackend.bench.Program;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the runner. */
@Command(
    name = "bench",
    sortOptions = false,
    usageHelpAutoWidth = true,
    headerHeading =
        "Measures our state backends and their peers side by side, and prints how many times%n"
            + "faster ours are.%n%n",
    footer = {
      "",
      "Without --quick, everything is measured, which takes hours; --only, --backends, --keys,"
          + " --types and --distributions choose.",
      "Exit status: 0 done; 1 failed; 2 bad arguments."
    })
final class BenchOptions {
  private static final int KEYS_MULTIPLE = 100;
  private static final int KEYS_MIN = 1000;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--quick",
      description = "what tells most, with short iterations: about 10 minutes on 2 cores")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "REGEX",
      description =
          "only benchmarks with a match in their name, such as 'ValueState|\\.get'; of the program"
              + " OPTIONS, only such variants")
  private String only = "";

  @Option(
      names = "--backends",
      split = ",",
      paramLabel = "NAME",
      description = "only these; there are: ${COMPLETION-CANDIDATES}")
  private Set<Backend> backends = EnumSet.noneOf(Backend.class);

  @Option(
      names = "--keys",
      split = ",",
      paramLabel = "N",
      description =
          "how many keys (entries of maps, elements of lists); default: 500000,5000000; for"
              + " programs 5000000")
  private List<Integer> keys = List.of();

  @Option(
      names = "--types",
      split = ",",
      paramLabel = "TYPE",
      description = "only these; there are: ${COMPLETION-CANDIDATES}")
  private Set<EntryType> types = EnumSet.noneOf(EntryType.class);

  @Option(
      names = "--distributions",
      split = ",",
      paramLabel = "NAME",
      description = "how often which key comes; there are: ${COMPLETION-CANDIDATES}")
  private Set<Distribution> distributions = EnumSet.noneOf(Distribution.class);

  @Option(
      names = "--gc",
      paramLabel = "GC",
      description = "the garbage collector: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
  private GarbageCollector gc = GarbageCollector.G1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "where results.json, ratios.csv and report.html go; default: docs/benchmarks/<gc>")
  private @Nullable Path out;

  @Option(
      names = "--append",
      description = "add to the results that are in DIR, instead of starting anew")
  private boolean append;

  @Option(
      names = {"--prof", "-prof"},
      paramLabel = "NAME",
      description = "a profiler of JMH, such as gc; shows the output of JMH")
  private @Nullable String profiler;

  @Option(names = "--list", description = "print what would be measured, and measure nothing")
  private boolean list;

  @Option(
      names = "--program",
      paramLabel = "NAME",
      description = {
        "run a program instead; prints one name=value line per figure. There are: "
            + "${COMPLETION-CANDIDATES}"
      })
  private @Nullable Program program;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this")
  private boolean help;

  boolean isHelp() {
    return help;
  }

  boolean isList() {
    return list;
  }

  boolean isAppend() {
    return append;
  }

  @Nullable Program program() {
    return program;
  }

  @Nullable String profiler() {
    return profiler;
  }

  /** A regular expression. */
  String only() {
    return pattern().pattern();
  }

  GarbageCollector gc() {
    return gc;
  }

  Path out() {
    return out != null ? out : Path.of("docs", "benchmarks", gc.name().toLowerCase(Locale.ROOT));
  }

  JmhSettings settings() {
    return quick ? JmhSettings.QUICK : JmhSettings.FULL;
  }

  /** The backends that were named, all if none was. */
  Set<Backend> backends() {
    return backends.isEmpty() ? EnumSet.allOf(Backend.class) : backends;
  }

  Set<EntryType> types() {
    return types.isEmpty() ? EnumSet.allOf(EntryType.class) : types;
  }

  boolean namesTypes() {
    return !types.isEmpty();
  }

  List<Integer> keys() {
    return keys;
  }

  /**
   * Returns what is to be measured.
   *
   * @throws ParameterException if that is nothing, or cannot be
   */
  Plan plan() {
    checkKeys();
    Set<Distribution> wanted = distributions;
    if (wanted.isEmpty()) {
      wanted = quick ? Plan.QUICK_DISTRIBUTIONS : EnumSet.allOf(Distribution.class);
    }
    Plan plan =
        Plan.of(
            new Plan.Wish(
                quick,
                pattern(),
                backends(),
                List.copyOf(new LinkedHashSet<>(keys.isEmpty() ? Plan.KEYS : keys)),
                types(),
                wanted,
                gc));
    if (plan.steps().isEmpty()) {
      throw bad("nothing to measure: no benchmark fits all options; leave out one of them");
    }
    return plan;
  }

  private Pattern pattern() {
    try {
      return Pattern.compile(only);
    } catch (PatternSyntaxException e) {
      throw bad("--only is no regular expression: '" + only + "': " + e.getDescription());
    }
  }

  void checkKeys() {
    for (int count : keys) {
      if (count < KEYS_MIN || count % KEYS_MULTIPLE != 0) {
        throw bad(
            "--keys must be at least %d and a multiple of %d: %d"
                .formatted(KEYS_MIN, KEYS_MULTIPLE, count));
      }
    }
  }

  ParameterException bad(String message) {
    if (spec == null) {
      throw new IllegalStateException("not parsed yet");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
