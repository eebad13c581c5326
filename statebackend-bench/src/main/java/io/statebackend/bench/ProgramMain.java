// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.io.PrintStream;
import java.util.regex.Pattern;

/** Runs one program on one backend in this JVM. */
public final class ProgramMain {
  private ProgramMain() {}

  /**
   * Runs it and prints one {@code name=value} line per figure.
   *
   * @param args program, backend, type and number of keys; and a regular expression for the names
   *     of variants, if the program has such
   */
  public static void main(String[] args) {
    Program program = Program.valueOf(args[0]);
    Backend backend = Backend.valueOf(args[1]);
    EntryType type = EntryType.valueOf(args[2]);
    int keys = Integer.parseInt(args[3]);
    PrintStream out = System.out;
    out.printf("program=%s%nbackend=%s%ntype=%s%nkeys=%d%n", program, backend, type, keys);
    Pattern only = Pattern.compile(args[4]);
    run(program, backend, type.entries(), keys, only, Effort.FULL).print(out);
  }

  /** Runs a program and returns its figures. */
  static Figures run(
      Program program,
      Backend backend,
      Entries<?, ?> entries,
      int keys,
      Pattern only,
      Effort effort) {
    return switch (program) {
      case CHECKPOINT -> new CheckpointProgram<>(backend, entries, keys, effort).run();
      case INCREMENT -> new IncrementProgram<>(backend, entries, keys, effort).run();
      case SPILL -> new SpillProgram<>(backend, entries, keys, effort).run();
      case OPTIONS -> new OptionsProgram<>(only, entries, keys, effort).run();
      case RESTORE -> new RestoreProgram<>(backend, entries, keys, effort).run();
      case MEMORY -> new MemoryProgram<>(backend, entries, keys).run();
      case TIMERS -> new TimersProgram(backend, keys, effort).run();
      case FLINK -> new FlinkProgram(backend, keys, only, effort).run();
    };
  }
}
