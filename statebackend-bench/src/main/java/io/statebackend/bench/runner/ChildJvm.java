// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Starts JVMs with a class path on which what a backend needs is alone. */
final class ChildJvm {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private static final int FEW_KEYS_MAX = 1_000_000;

  private ChildJvm() {}

  /**
   * The options of every JVM that measures, besides those that a backend needs. The heap has room
   * for the peer that needs most; its pages are touched in advance, as a virtual machine may take
   * long to provide them.
   */
  static List<String> options(GarbageCollector gc, int keys) {
    String heap = keys <= FEW_KEYS_MAX ? "2g" : "6g";
    return List.of(
        "-Xms" + heap,
        "-Xmx" + heap,
        "-XX:+AlwaysPreTouch",
        gc.flag(),
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
  }

  /** Leaves out of a class path the jars whose name begins with something. */
  static String without(String excludedJar, String classPath) {
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> !String.valueOf(Path.of(entry).getFileName()).startsWith(excludedJar))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Prepares a JVM on the class path of a backend. */
  static ProcessBuilder command(
      Backend backend, List<String> options, String mainClass, List<String> arguments) {
    return command(backend.excludedJar(), options, mainClass, arguments);
  }

  static ProcessBuilder command(
      String excludedJar, List<String> options, String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.addAll(options);
    String classPath = without(excludedJar, System.getProperty("java.class.path"));
    command.addAll(List.of("-cp", classPath, mainClass));
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /** Runs it to its end; a child that is still there when this thread is interrupted is ended. */
  static int run(ProcessBuilder command) throws IOException, InterruptedException {
    Process process = command.start();
    try {
      return process.waitFor();
    } finally {
      process.destroy();
    }
  }
}
