// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM that runs a main class of ours, with this JVM's executable and class path. */
public final class ChildJvm {
  private static final String HEAP = "-Xmx512m";

  /** The library says no more than the word count itself, but for warnings. */
  private static final String LOG_LEVEL = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn";

  private ChildJvm() {}

  /** Prepares to start {@link WordCount}. */
  static ProcessBuilder wordCount(List<String> arguments) {
    return of(WordCount.class, arguments);
  }

  /**
   * Prepares to start a main class.
   *
   * @param main the class
   * @param arguments its arguments
   * @return the process, which is not started
   */
  public static ProcessBuilder of(Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(HEAP);
    command.add(LOG_LEVEL);
    command.addAll(List.of("-cp", classPath(), main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /** Maven runs a main class in its own JVM with a class loader that alone knows the class path. */
  private static String classPath() {
    if (!(ChildJvm.class.getClassLoader() instanceof URLClassLoader loader)) {
      return System.getProperty("java.class.path");
    }
    List<String> entries = new ArrayList<>();
    for (URL url : loader.getURLs()) {
      try {
        entries.add(Path.of(url.toURI()).toString());
      } catch (URISyntaxException e) {
        throw new IllegalStateException("not a class path entry: " + url, e);
      }
    }
    return String.join(File.pathSeparator, entries);
  }
}
