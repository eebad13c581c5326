// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

/**
 * A storage engine for keyed state: the entry point of the engine contract.
 *
 * <p>One instance may serve many subtasks, each with a store of its own, and owns the limits its
 * stores share, such as the memory budget. The rules an implementer keeps:
 *
 * <ul>
 *   <li>{@link #open} may be called from any thread; stores are then independent of each other.
 *   <li>A store opens empty. Files that an earlier process left behind are not state: state comes
 *       back only through {@link Table#load} and {@link NativeSnapshots}.
 *   <li>Errors are {@link io.statebackend.api.StateException}s, not checked exceptions.
 * </ul>
 *
 * <p>Contract tests for an engine are in statebackend-testkit.
 */
public interface StateBackend extends AutoCloseable {

  /**
   * Returns the name of the engine, for log lines and messages.
   *
   * @return a short word such as {@code memory}
   */
  String name();

  /**
   * Opens the store of one subtask.
   *
   * @param spec what the store is for
   * @param <K> the type of the keys
   * @return an empty store, owned by the caller
   * @throws io.statebackend.api.StateClosedException if the backend is closed and held anything
   * @throws io.statebackend.api.StateIoException if the engine's files cannot be created
   * @throws io.statebackend.api.StateLockedException if they are in use by another owner
   */
  <K> KeyedStore<K> open(StoreSpec<K> spec);

  /**
   * Returns how much memory the engine uses, for what, and how much it may use. Any thread may call
   * it, as often as a metric is read. It does not wait for a store and does not look at entries.
   *
   * @return the figures of this moment
   * @throws io.statebackend.api.StateClosedException if the backend is closed and held anything
   */
  MemoryUse memoryUse();

  /** Closes the backend. Stores that are still open are closed. Closing twice does nothing. */
  @Override
  void close();
}
