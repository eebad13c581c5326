// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/**
 * The main class of the runnable jar: unpacks the jars inside it beside it, and starts the runner
 * with them. Two peers define the same classes, so all jars as one class path, or merged into one
 * jar, would not do: the runner gives each benchmark those that go together.
 */
public final class BenchLauncher {
  private static final String RUNNER = "io.statebackend.bench.runner.BenchMain";
  private static final String INNER = "lib/";

  private BenchLauncher() {}

  /**
   * Runs the runner and exits with its status.
   *
   * @param args its arguments
   * @throws IOException if the jars cannot be unpacked or the runner not be started
   * @throws InterruptedException if interrupted while the runner runs
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path self = self();
    Path directory = self.resolveSibling(self.getFileName() + ".lib");
    Files.createDirectories(directory);
    String classPath;
    try (JarFile jar = new JarFile(self.toFile())) {
      classPath =
          jar.stream()
              .filter(entry -> entry.getName().startsWith(INNER) && !entry.isDirectory())
              .map(entry -> unpack(jar, entry, directory).toString())
              .collect(Collectors.joining(File.pathSeparator));
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", classPath, RUNNER));
    command.addAll(List.of(args));
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  private static Path self() {
    try {
      return Path.of(
          BenchLauncher.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the jar is nowhere", e);
    }
  }

  private static Path unpack(JarFile jar, JarEntry entry, Path directory) {
    Path file = directory.resolve(entry.getName().substring(INNER.length()));
    try {
      boolean exists =
          Files.exists(file)
              && Files.size(file) == entry.getSize()
              && Files.getLastModifiedTime(file).compareTo(entry.getLastModifiedTime()) == 0;
      if (!exists) {
        try (InputStream in = jar.getInputStream(entry)) {
          Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.setLastModifiedTime(file, entry.getLastModifiedTime());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
