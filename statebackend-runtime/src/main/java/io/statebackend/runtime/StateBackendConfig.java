// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.spi.Options;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.core.storage.StateBackends;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which engine and storage a program uses, and how it takes checkpoints, said by text: a map,
 * properties, or a file of YAML. The names of Apache Flink's options are understood as well; the
 * guide to jobs lists them all.
 *
 * <p>All that can be checked without opening anything is checked at once: an unknown setting, a
 * wrong value, one thing said twice, a module that is missing.
 *
 * <p>Immutable and thread-safe.
 */
public final class StateBackendConfig {
  /** What the settings of the engine begin with; it knows them itself. */
  private static final String ENGINE_PREFIX = "engine.";

  /** What the settings of the storage begin with; it knows them itself. */
  private static final String STORAGE_PREFIX = "storage.";

  private static final String DEFAULT_ENGINE = "memory";

  /** What Flink calls engines that we have under another name. */
  private static final Map<String, String> FLINK_ENGINES =
      Map.of("hashmap", "memory", "jobmanager", "memory", "filesystem", "memory");

  private final String origin;

  /** What was given, by setting: the name that was used, and the text. */
  private final Map<ConfigKey, Given> given = new EnumMap<>(ConfigKey.class);

  private final Map<String, String> engineOptions;
  private final Map<String, String> storageOptions;
  private final String engine;
  private final Supplier<StateBackend> backend;
  private final String storage;
  private final @Nullable String savepointStorage;
  private final @Nullable Duration interval;
  private final @Nullable Duration minPause;
  private final @Nullable Duration timeout;
  private final @Nullable Integer retained;
  private final @Nullable Integer toleratedFailures;
  private final @Nullable Compression compression;
  private final @Nullable String restore;

  /**
   * How a setting was given.
   *
   * @param name the name that was used
   * @param text what was given
   */
  private record Given(String name, String text) {}

  private StateBackendConfig(String origin, Map<String, String> values) {
    this.origin = origin;
    engineOptions = beneath(ENGINE_PREFIX, values);
    storageOptions = beneath(STORAGE_PREFIX, values);
    Map<String, String> own = new TreeMap<>(values);
    own.keySet()
        .removeIf(name -> isBeneath(ENGINE_PREFIX, name) || isBeneath(STORAGE_PREFIX, name));
    Options options = Options.of(origin, own);
    for (ConfigKey key : ConfigKey.values()) {
      findGiven(key, options);
    }
    options.checkNoneUnknown();

    engine = engineName();
    String budget = text(ConfigKey.MEMORY_BUDGET);
    Map<String, String> ofEngine = new HashMap<>(engineOptions);
    if (budget != null && ofEngine.put("memory-budget", budget) != null) {
      throw new IllegalArgumentException(
          "%s says twice how much memory the engine may use: memory-budget=%s, engine.memory-budget=%s"
              .formatted(origin, budget, engineOptions.get("memory-budget")));
    }
    backend = StateBackends.configure(engine, workingDirectory(options), ofEngine);
    storage = address(ConfigKey.STORAGE);
    savepointStorage =
        given.containsKey(ConfigKey.SAVEPOINT_STORAGE)
            ? address(ConfigKey.SAVEPOINT_STORAGE)
            : null;
    interval =
        checkPositive(ConfigKey.INTERVAL, read(ConfigKey.INTERVAL, options::duration), options);
    minPause = read(ConfigKey.MIN_PAUSE, options::duration);
    timeout = checkPositive(ConfigKey.TIMEOUT, read(ConfigKey.TIMEOUT, options::duration), options);
    retained = atLeast(ConfigKey.RETAINED, 1, options);
    toleratedFailures = atLeast(ConfigKey.TOLERATED_FAILURES, 0, options);
    compression = read(ConfigKey.COMPRESSION, name -> options.constant(name, Compression.class));
    if (compression != null) {
      compression.requireAvailable();
    }
    Boolean unused = read(ConfigKey.INCREMENTAL, options::flag);
    restore = restored(options);
    checkClaimMode(options);
  }

  /**
   * Reads a configuration from a map.
   *
   * @param values the settings by name
   * @return the configuration
   * @throws IllegalArgumentException if a setting is unknown, missing, wrong, or given twice; the
   *     message names it, and the nearest known one
   * @throws IllegalStateException if the library of the compression is missing
   */
  public static StateBackendConfig from(Map<String, String> values) {
    return new StateBackendConfig("the configuration", values);
  }

  /**
   * Reads a configuration from properties, their defaults included.
   *
   * @param properties the settings by name
   * @return the configuration
   * @throws IllegalArgumentException as {@link #from(Map)}
   */
  public static StateBackendConfig from(Properties properties) {
    Map<String, String> values = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      values.put(name, properties.getProperty(name));
    }
    return new StateBackendConfig("the properties", values);
  }

  /**
   * Reads a configuration from a file: YAML, nested or with dots in the names, or properties if its
   * name ends in {@code .properties}.
   *
   * @param file the file
   * @return the configuration
   * @throws IllegalArgumentException as {@link #from(Map)}, or if the file is not well formed
   * @throws IOException if it cannot be read
   */
  public static StateBackendConfig from(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      if (file.toString().endsWith(".properties")) {
        Properties properties = new Properties();
        properties.load(in);
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(n -> values.put(n, properties.getProperty(n)));
        return new StateBackendConfig(file.toString(), values);
      }
      return new StateBackendConfig(file.toString(), YamlSettings.read(file.toString(), in));
    }
  }

  private static boolean isBeneath(String prefix, String name) {
    return name.startsWith(prefix) && name.length() > prefix.length();
  }

  private static Map<String, String> beneath(String prefix, Map<String, String> values) {
    Map<String, String> found = new TreeMap<>();
    values.forEach(
        (name, value) -> {
          if (isBeneath(prefix, name)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }

  private void findGiven(ConfigKey key, Options options) {
    for (String name : key.names()) {
      String text = options.text(name);
      Given before = given.get(key);
      if (text != null && before != null && !before.text().equals(text)) {
        throw new IllegalArgumentException(
            "%s says two things of '%s': %s=%s, %s=%s"
                .formatted(origin, key, before.name(), before.text(), name, text));
      }
      if (text != null && before == null) {
        given.put(key, new Given(name, text));
      }
    }
  }

  private @Nullable String text(ConfigKey key) {
    Given found = given.get(key);
    return found == null ? null : found.text();
  }

  /** Reads a setting under the name by which it was given. */
  private <V> @Nullable V read(ConfigKey key, Function<String, @Nullable V> type) {
    Given found = given.get(key);
    return found == null ? null : type.apply(found.name());
  }

  private IllegalArgumentException wrong(ConfigKey key, String expected, Options options) {
    Given found = given.get(key);
    return options.wrong(found == null ? key.toString() : found.name(), expected);
  }

  private @Nullable Duration checkPositive(
      ConfigKey key, @Nullable Duration time, Options options) {
    if (time != null && (time.isZero() || time.isNegative())) {
      throw wrong(key, "a time of more than zero", options);
    }
    return time;
  }

  private @Nullable Integer atLeast(ConfigKey key, int least, Options options) {
    Integer number = read(key, options::integer);
    if (number != null && number < least) {
      throw wrong(key, least + " or more", options);
    }
    return number;
  }

  private String engineName() {
    Given found = given.get(ConfigKey.ENGINE);
    if (found == null) {
      return DEFAULT_ENGINE;
    }
    String name = found.text().toLowerCase(Locale.ROOT);
    boolean isOurs = found.name().equals(ConfigKey.ENGINE.toString());
    return isOurs ? name : FLINK_ENGINES.getOrDefault(name, name);
  }

  private @Nullable Path workingDirectory(Options options) {
    String text = text(ConfigKey.WORKING_DIRECTORY);
    try {
      return text == null ? null : Path.of(text);
    } catch (InvalidPathException e) {
      throw wrong(ConfigKey.WORKING_DIRECTORY, "the path of a directory", options);
    }
  }

  private String address(ConfigKey key) {
    String address = text(key);
    if (address == null) {
      throw new IllegalArgumentException(
          "%s does not say where checkpoints are kept: set '%s' to a directory or an address such as s3://bucket/prefix"
              .formatted(origin, key));
    }
    CheckpointStorages.check(address);
    return address;
  }

  private @Nullable String restored(Options options) {
    String path = text(ConfigKey.RESTORE);
    if (path != null) {
      int slash = path.lastIndexOf('/');
      if (slash < 1 || slash == path.length() - 1) {
        throw wrong(
            ConfigKey.RESTORE,
            "the address of a savepoint or checkpoint, such as /data/checkpoints/savepoint-upgrade",
            options);
      }
      CheckpointStorages.check(path.substring(0, slash));
    }
    return path;
  }

  private void checkClaimMode(Options options) {
    String mode = text(ConfigKey.CLAIM_MODE);
    if (mode != null && !mode.toUpperCase(Locale.ROOT).replace('-', '_').equals("NO_CLAIM")) {
      throw wrong(
          ConfigKey.CLAIM_MODE,
          "no-claim: what is restored stays its owner's, who deletes it when it is not needed any"
              + " more",
          options);
    }
  }

  /**
   * Opens the engine and the storage.
   *
   * @return what was opened; the caller closes it
   * @throws io.statebackend.api.StateLockedException if another program uses the working directory
   *     or the storage
   * @throws io.statebackend.api.StateIoException if one cannot be opened
   */
  public ConfiguredState open() {
    return ConfiguredState.open(this);
  }

  Supplier<StateBackend> backend() {
    return backend;
  }

  String storage() {
    return storage;
  }

  Map<String, String> storageOptions() {
    return storageOptions;
  }

  @Nullable String savepointStorage() {
    return savepointStorage;
  }

  @Nullable String restore() {
    return restore;
  }

  /** Sets up a coordinator, without what is restored. */
  CheckpointCoordinatorBuilder set(CheckpointCoordinatorBuilder builder) {
    ifGiven(interval, builder::interval);
    ifGiven(minPause, builder::minPause);
    ifGiven(timeout, builder::timeout);
    ifGiven(retained, builder::retain);
    ifGiven(compression, builder::compression);
    return builder;
  }

  private static <V> void ifGiven(
      @Nullable V value, Function<V, CheckpointCoordinatorBuilder> setter) {
    if (value != null) {
      CheckpointCoordinatorBuilder unused = setter.apply(value);
    }
  }

  int toleratedFailures() {
    return toleratedFailures == null ? Integer.MAX_VALUE : toleratedFailures;
  }

  /**
   * Tells what is in force, and where it comes from, line by line.
   *
   * @return a text for people
   */
  public String describe() {
    StringBuilder text = new StringBuilder();
    for (ConfigKey key : ConfigKey.values()) {
      Given found = given.get(key);
      text.append(key).append(" = ");
      if (key == ConfigKey.INCREMENTAL) {
        text.append("as the engine does: memory writes whole snapshots, fs and rocksdb increments");
      } else if (key == ConfigKey.ENGINE) {
        text.append(engine);
      } else {
        text.append(found == null ? defaultOf(key) : found.text());
      }
      text.append(
          found == null
              ? " (default)"
              : " (%s=%s in %s)".formatted(found.name(), found.text(), origin));
      text.append('\n');
    }
    engineOptions.forEach((name, value) -> line(text, ENGINE_PREFIX + name, value));
    storageOptions.forEach((name, value) -> line(text, STORAGE_PREFIX + name, value));
    return text.toString();
  }

  private void line(StringBuilder text, String name, String value) {
    text.append("%s = %s (in %s)%n".formatted(name, value, origin));
  }

  private static String defaultOf(ConfigKey key) {
    return switch (key) {
      case ENGINE -> DEFAULT_ENGINE;
      case WORKING_DIRECTORY, RESTORE -> "none";
      case MEMORY_BUDGET -> "the engine's";
      case STORAGE, SAVEPOINT_STORAGE -> "as storage";
      case INTERVAL -> "none: by hand only";
      case MIN_PAUSE -> "0 s";
      case TIMEOUT -> "10 min";
      case RETAINED -> "2";
      case TOLERATED_FAILURES -> "any number";
      case COMPRESSION -> "none";
      case INCREMENTAL -> "as the engine does";
      case CLAIM_MODE -> "no-claim";
    };
  }

  /** Returns the names of all settings. */
  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (ConfigKey key : ConfigKey.values()) {
      names.addAll(key.names());
    }
    return names;
  }

  @Override
  public String toString() {
    return "StateBackendConfig[engine=%s, storage=%s]".formatted(engine, storage);
  }
}
