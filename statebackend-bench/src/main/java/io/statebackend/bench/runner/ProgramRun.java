// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import io.statebackend.bench.EntryType;
import io.statebackend.bench.Program;
import io.statebackend.bench.ProgramMain;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Runs a program for each chosen backend, in a JVM of its own. */
final class ProgramRun {
  private static final int DEFAULT_KEYS = 5_000_000;

  private final BenchOptions options;
  private final PrintStream out;

  ProgramRun(BenchOptions options, PrintStream out) {
    this.options = options;
    this.out = out;
  }

  void run(Program program) throws IOException, InterruptedException {
    options.checkKeys();
    Set<EntryType> types = options.namesTypes() ? options.types() : Set.of(EntryType.LONG_LONG);
    List<Integer> keys = options.keys().isEmpty() ? List.of(DEFAULT_KEYS) : options.keys();
    List<Backend> backends = options.backends().stream().filter(program::isFor).toList();
    if (backends.isEmpty()) {
      throw options.bad("no chosen backend has what this program measures: " + program);
    }
    for (EntryType type : types) {
      for (int keyCount : keys) {
        for (Backend backend : backends) {
          run(program, backend, type, keyCount);
        }
      }
    }
  }

  private void run(Program program, Backend backend, EntryType type, int keys)
      throws IOException, InterruptedException {
    List<String> jvmOptions = new ArrayList<>(ChildJvm.options(options.gc(), keys));
    jvmOptions.addAll(backend.jvmOptions());
    List<String> arguments =
        List.of(
            program.name(), backend.name(), type.name(), Integer.toString(keys), options.only());
    out.printf("gc=%s%n", options.gc());
    out.flush();
    int status =
        ChildJvm.run(
            ChildJvm.command(
                    program.excludedJar(backend),
                    jvmOptions,
                    ProgramMain.class.getName(),
                    arguments)
                .inheritIO());
    if (status != 0) {
      throw new BenchException(
          "program %s of %s failed with status %d".formatted(program, backend, status));
    }
  }
}
