// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes an engine known by its name, to programs that are configured by text.
 *
 * <p>Found by {@link java.util.ServiceLoader}. A module names it in {@code provides}, and in {@code
 * META-INF/services} for programs on the class path. An implementation is a public class with a
 * public constructor without parameters, which does nothing: what the engine needs, such as native
 * code, is loaded when one is opened.
 */
public interface StateBackendFactory {

  /**
   * Returns the name of the engine, the same as {@link StateBackend#name()}.
   *
   * @return a short word such as {@code memory}
   */
  String name();

  /**
   * Reads and checks settings. Opens nothing.
   *
   * @param directory where the engine may keep working files, or {@code null} if none was named
   * @param options the settings; the caller checks afterwards that there are no others
   * @return opens a new backend each time it is asked, which the caller closes
   * @throws IllegalArgumentException if a setting is wrong, or the engine needs a directory and
   *     there is none
   */
  Supplier<StateBackend> configure(@Nullable Path directory, Options options);

  /**
   * Returns the directory of an engine that needs one.
   *
   * @param engine its name
   * @param directory the directory, or {@code null}
   * @return the directory
   * @throws IllegalArgumentException if there is none
   */
  static Path requireDirectory(String engine, @Nullable Path directory) {
    if (directory == null) {
      throw new IllegalArgumentException(
          "engine '%s' needs a directory for its working files, and none was named"
              .formatted(engine));
    }
    return directory;
  }
}
