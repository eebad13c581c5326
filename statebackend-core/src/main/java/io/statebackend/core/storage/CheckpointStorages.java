// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.CheckpointStorageFactory;
import io.statebackend.api.spi.Options;
import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Opens checkpoint storages by their addresses. What begins with a scheme, such as {@code
 * s3://bucket/jobs}, is opened by the module that knows it, which has only to be on the class path
 * or module path; anything else is the path of a directory.
 *
 * <p>Thread-safe.
 */
public final class CheckpointStorages {
  /** Two letters or more, so that a drive of Windows is part of a path. */
  private static final Pattern ADDRESS = Pattern.compile("(?s)[a-zA-Z][a-zA-Z0-9+.-]+:.*");

  private CheckpointStorages() {}

  /**
   * Opens a storage for reading and writing.
   *
   * @param address its address, or the path of a directory
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is no address, or no module knows the scheme
   * @throws io.statebackend.api.StateLockedException if another writer holds the place
   * @throws io.statebackend.api.StateIoException if it cannot be opened
   */
  public static CheckpointStorage open(String address) {
    return open(address, Map.of());
  }

  /**
   * Opens a storage for reading and writing, with settings beside its address.
   *
   * @param address its address, or the path of a directory
   * @param options settings by name, which the module of the scheme knows
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is no address, no module knows the scheme, or a setting
   *     is unknown or wrong
   * @throws io.statebackend.api.StateLockedException if another writer holds the place
   * @throws io.statebackend.api.StateIoException if it cannot be opened
   */
  public static CheckpointStorage open(String address, Map<String, String> options) {
    URI uri = parse(address);
    return factory(uri).open(uri, optionsOf(uri, options));
  }

  /**
   * Opens a storage for reading, whoever writes there. Methods that write throw {@link
   * UnsupportedOperationException}.
   *
   * @param address its address, or the path of a directory
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is no address, or no module knows the scheme
   * @throws io.statebackend.api.StateIoException if it is not there or cannot be opened
   */
  public static CheckpointStorage openReadOnly(String address) {
    return openReadOnly(address, Map.of());
  }

  /**
   * Opens a storage for reading, with settings beside its address.
   *
   * @param address its address, or the path of a directory
   * @param options settings by name, which the module of the scheme knows
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if it is no address, no module knows the scheme, or a setting
   *     is unknown or wrong
   * @throws io.statebackend.api.StateIoException if it is not there or cannot be opened
   */
  public static CheckpointStorage openReadOnly(String address, Map<String, String> options) {
    URI uri = parse(address);
    return factory(uri).openReadOnly(uri, optionsOf(uri, options));
  }

  /**
   * Checks that an address can be read and a module knows its scheme. Opens nothing.
   *
   * @param address an address, or the path of a directory
   * @throws IllegalArgumentException if it is no address, or no module knows the scheme
   */
  public static void check(String address) {
    CheckpointStorageFactory unused = factory(parse(address));
  }

  /**
   * Returns with what addresses can begin, as far as modules were found.
   *
   * @return the schemes, sorted
   */
  public static Set<String> schemes() {
    return services().names();
  }

  private static Services<CheckpointStorageFactory> services() {
    return Services.find(CheckpointStorageFactory.class, CheckpointStorageFactory::scheme);
  }

  private static CheckpointStorageFactory factory(URI address) {
    return services()
        .get(
            requireNonNull(address.getScheme(), "scheme"),
            "no module on the class path or module path opens addresses like '%s'"
                .formatted(address));
  }

  private static Options optionsOf(URI address, Map<String, String> options) {
    return Options.of("storage " + address, options);
  }

  private static URI parse(String address) {
    try {
      if (ADDRESS.matcher(address).matches()) {
        return new URI(address);
      }
      if (!address.isBlank()) {
        return Path.of(address).toUri();
      }
    } catch (URISyntaxException | InvalidPathException e) {
      throw new IllegalArgumentException(
          "not the address of a checkpoint storage: address='%s', reason=%s"
              .formatted(address, e.getMessage()),
          e);
    }
    throw new IllegalArgumentException(
        "the address of a checkpoint storage is empty; expected a directory or an address such as"
            + " s3://bucket/prefix");
  }
}
