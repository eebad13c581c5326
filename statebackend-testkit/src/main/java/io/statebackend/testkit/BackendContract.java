// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.serialization.Serializers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What the contracts have in common: a backend for each test, and operators that use it. */
abstract class BackendContract {
  /** Closes what a test has opened, the last first. */
  private final Deque<Runnable> closers = new ArrayDeque<>();

  private Path temporary;
  private StateBackend backend;

  /**
   * Makes the backend to test. Called once for each test; the contract closes what it returns.
   *
   * @param directory an empty directory, for the backend alone, deleted after the test
   * @return a new backend
   */
  protected abstract StateBackend newBackend(Path directory);

  @BeforeEach
  final void openBackend(@TempDir Path directory) {
    temporary = directory;
    backend = newBackend(createDirectory("backend"));
    closers.push(backend::close);
  }

  /** Closes in reverse, so that stores go before their backend as in a program. */
  @AfterEach
  final void closeBackend() {
    Closing.all(List.copyOf(closers));
  }

  /** Creates a directory beside that of the backend. */
  final Path createDirectory(String name) {
    try {
      return Files.createDirectory(temporary.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  final StateBackend backend() {
    return backend;
  }

  /** Starts an operator whose keys are strings. */
  final TestOperator<String> start(int parallelism) {
    return start(Serializers.STRING, parallelism);
  }

  final <K> TestOperator<K> start(TypeSerializer<K> keySerializer, int parallelism) {
    TestOperator<K> operator = new TestOperator<>(backend, keySerializer, parallelism);
    closers.push(operator::close);
    return operator;
  }

  /** Opens the keyed state of an operator of one subtask, which owns every key. */
  final KeyedStateBackend<String> openKeyed() {
    return start(1).keyed();
  }

  /** Opens a store to test through the engine contract itself, without the layer above. */
  final TestStore openStore() {
    TestStore store = new TestStore(backend);
    closers.push(store::close);
    return store;
  }
}
