// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.spi.Options;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StateBackendFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens engines by their names, such as {@code memory}, {@code fs} and {@code rocksdb}. The module
 * of an engine has only to be on the class path or module path.
 *
 * <p>Thread-safe.
 */
public final class StateBackends {
  private StateBackends() {}

  /**
   * Opens a backend.
   *
   * @param name the name of the engine
   * @param directory where it may keep working files, or {@code null} if it needs none
   * @return the backend; the caller closes it
   * @throws IllegalArgumentException if no module has such an engine, or it needs a directory
   * @throws io.statebackend.api.StateLockedException if another backend uses the directory
   * @throws io.statebackend.api.StateIoException if the directory cannot be created
   */
  public static StateBackend open(String name, @Nullable Path directory) {
    return open(name, directory, Map.of());
  }

  /**
   * Opens a backend with settings.
   *
   * @param name the name of the engine
   * @param directory where it may keep working files, or {@code null} if it needs none
   * @param options settings by name, which the engine knows
   * @return the backend; the caller closes it
   * @throws IllegalArgumentException if no module has such an engine, it needs a directory, or a
   *     setting is unknown or wrong
   * @throws io.statebackend.api.StateLockedException if another backend uses the directory
   * @throws io.statebackend.api.StateIoException if the directory cannot be created
   */
  public static StateBackend open(
      String name, @Nullable Path directory, Map<String, String> options) {
    return configure(name, directory, options).get();
  }

  /**
   * Checks settings of an engine, and opens nothing yet.
   *
   * @param name the name of the engine
   * @param directory where it may keep working files, or {@code null} if it needs none
   * @param options settings by name, which the engine knows
   * @return opens a new backend each time it is asked, which the caller closes
   * @throws IllegalArgumentException as {@link #open(String, Path, Map)}
   */
  public static Supplier<StateBackend> configure(
      String name, @Nullable Path directory, Map<String, String> options) {
    StateBackendFactory factory =
        services()
            .get(name, "no module on the class path or module path has an engine of this name");
    Options settings = Options.of("engine " + name, options);
    Supplier<StateBackend> opener = factory.configure(directory, settings);
    settings.checkNoneUnknown();
    return opener;
  }

  /**
   * Returns the names of the engines that were found.
   *
   * @return the names, sorted
   */
  public static Set<String> names() {
    return services().names();
  }

  private static Services<StateBackendFactory> services() {
    return Services.find(StateBackendFactory.class, StateBackendFactory::name);
  }
}
