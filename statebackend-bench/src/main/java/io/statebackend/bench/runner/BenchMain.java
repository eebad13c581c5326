// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import io.statebackend.bench.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Runs chosen benchmarks and prints the ratios; {@code --help} says how. */
public final class BenchMain {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int BAD_ARGUMENTS = 2;

  private final BenchOptions options;
  private final PrintStream out;

  private BenchMain(BenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  /**
   * Runs it and exits with 0 if all went well, 1 if not, and 2 if the arguments are wrong.
   *
   * @param args the arguments
   */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  /** Runs it and returns the exit status. */
  static int run(String[] args, PrintStream out, PrintStream err) {
    BenchOptions options = new BenchOptions();
    CommandLine commandLine = new CommandLine(options).setCaseInsensitiveEnumValuesAllowed(true);
    try {
      commandLine.parseArgs(args);
      if (options.isHelp()) {
        commandLine.usage(out);
        return OK;
      }
      return new BenchMain(options, out).run();
    } catch (ParameterException e) {
      err.println("bench: " + e.getMessage() + " (--help shows all options)");
      return BAD_ARGUMENTS;
    } catch (BenchException | IOException e) {
      err.println("bench: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      err.println("bench: interrupted");
    }
    return FAILED;
  }

  private int run() throws IOException, InterruptedException {
    Program program = options.program();
    if (program != null) {
      new ProgramRun(options, out).run(program);
      return OK;
    }
    Plan plan = options.plan();
    if (options.isList()) {
      plan.steps().forEach(step -> out.println(step.line() + " " + step.backends()));
      return OK;
    }
    measure(plan);
    return OK;
  }

  private void measure(Plan plan) throws IOException, InterruptedException {
    Path directory = options.out();
    Files.createDirectories(directory);
    Results before = options.isAppend() ? Results.read(directory) : Results.none();
    Path log = directory.resolve("jmh.log");
    if (!options.isAppend()) {
      Files.deleteIfExists(log);
    }
    JmhRun jmh = new JmhRun(options.settings(), options.profiler(), log);
    Environment environment = Environment.current();
    List<Measurement> measured = new ArrayList<>();
    Results results = before;
    int index = 0;
    for (Plan.Step step : plan.steps()) {
      out.printf("[%d/%d] %s%n", ++index, plan.steps().size(), step.line());
      for (Backend backend : step.backends()) {
        Measurement measurement = jmh.measure(step.line(), backend);
        measured.add(measurement);
        print(measurement);
      }
      // After each step, so that what was measured is there if the next one fails.
      results =
          before.plus(new Results.Run(environment, options.settings(), List.copyOf(measured)));
      results.write(directory);
    }
    List<Ratio> ratios = results.ratios();
    Files.writeString(directory.resolve("ratios.csv"), RatioTable.csv(ratios));
    Files.writeString(directory.resolve("report.html"), HtmlReport.of(results));
    out.println();
    out.print(RatioTable.text(ratios));
    out.printf("%nwritten to %s: results.json, ratios.csv, report.html%n", directory);
  }

  private void print(Measurement measurement) {
    out.printf(
        Locale.ROOT,
        "  %-14s %,10.0f ops/ms (%,.0f..%,.0f)%n",
        measurement.backend(),
        measurement.median(),
        measurement.lowerQuartile(),
        measurement.upperQuartile());
  }
}
