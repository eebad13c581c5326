// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.storage.CheckpointStorages;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engine and the storage that a {@link StateBackendConfig} names, opened. For a program that
 * takes its checkpoints itself; a {@link Job} opens them on its own.
 */
public final class ConfiguredState implements AutoCloseable {
  private final StateBackendConfig config;
  private final StateBackend backend;
  private final CheckpointStorage storage;

  /** Where the savepoint to restore is, or {@code null}. */
  private final @Nullable CheckpointStorage restored;

  private ConfiguredState(
      StateBackendConfig config,
      StateBackend backend,
      CheckpointStorage storage,
      @Nullable CheckpointStorage restored) {
    this.config = config;
    this.backend = backend;
    this.storage = storage;
    this.restored = restored;
  }

  static ConfiguredState open(StateBackendConfig config) {
    List<Runnable> opened = new ArrayList<>();
    try {
      CheckpointStorage storage =
          CheckpointStorages.open(config.storage(), config.storageOptions());
      opened.add(storage::close);
      CheckpointStorage restored = null;
      String path = config.restore();
      if (path != null) {
        String place = path.substring(0, path.lastIndexOf('/'));
        restored = CheckpointStorages.openReadOnly(place, optionsFor(config, place));
        opened.add(restored::close);
      }
      return new ConfiguredState(config, config.backend().get(), storage, restored);
    } catch (Throwable e) {
      Collections.reverse(opened);
      Closing.allAfter(e, opened);
      throw e;
    }
  }

  /** The settings of the storage are those of another address, too, if it is of the same kind. */
  private static Map<String, String> optionsFor(StateBackendConfig config, String address) {
    return schemeOf(address).equals(schemeOf(config.storage()))
        ? config.storageOptions()
        : Map.of();
  }

  private static String schemeOf(String address) {
    return address.substring(0, Math.max(0, address.indexOf(':')));
  }

  /**
   * Returns the engine.
   *
   * @return the engine, closed with this
   */
  public StateBackend backend() {
    return backend;
  }

  /**
   * Returns the storage.
   *
   * @return the storage, closed with this
   */
  public CheckpointStorage storage() {
    return storage;
  }

  /**
   * Begins to set up a coordinator as the configuration says: when checkpoints are taken, and what
   * is restored. That is the latest checkpoint of the storage, and no older one if that is damaged;
   * only if there is none at all, what {@code restore} names.
   *
   * @return a builder
   */
  public CheckpointCoordinatorBuilder checkpoints() {
    CheckpointCoordinatorBuilder builder =
        config.set(CheckpointCoordinator.builder(storage)).requireLatest();
    String path = config.restore();
    if (path != null) {
      builder.restoreLatestOrFrom(
          requireNonNull(restored), path.substring(path.lastIndexOf('/') + 1));
    }
    return builder;
  }

  /**
   * Brings a savepoint to where the configuration wants savepoints to be, under the same name. Does
   * nothing if it says nothing of that.
   *
   * @param savepoint a savepoint of the storage
   * @throws io.statebackend.api.StateIoException if that fails; the savepoint stays where it is
   */
  public void moveSavepoint(CompletedCheckpoint savepoint) {
    String target = config.savepointStorage();
    if (target != null && !target.equals(config.storage())) {
      try (CheckpointStorage savepoints =
          CheckpointStorages.open(target, optionsFor(config, target))) {
        SavepointMove.move(storage, savepoint.directory(), savepoints);
      }
    }
  }

  @Override
  public void close() {
    List<Runnable> closes = new ArrayList<>();
    closes.add(backend::close);
    if (restored != null) {
      closes.add(restored::close);
    }
    closes.add(storage::close);
    Closing.all(closes);
  }
}
