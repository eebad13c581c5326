// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

/**
 * An unchanging image of a store, readable from other threads while the owner goes on writing.
 *
 * <p>Thread-safe. Holding one costs the engine room in proportion to what the owner changes
 * meanwhile.
 */
public interface FrozenStore extends AutoCloseable {

  /**
   * Returns the entries of one table and key group. Each cursor belongs to one thread; several may
   * be open at once.
   *
   * @param table the name of a table of the store that existed when the image was taken, created or
   *     restored from native snapshots
   * @param keyGroup a key group of the store
   * @return a cursor before the first entry; the caller closes it
   * @throws io.statebackend.api.StateClosedException if the image is closed, and releases anything
   *     then
   */
  EntryCursor entries(String table, int keyGroup);

  /**
   * Releases the image. May be called from any thread, also while cursors are in use: these then go
   * on to the end of the image, or throw {@link io.statebackend.api.StateClosedException}. Closing
   * twice does nothing; so does, by default, closing once, for images that the garbage collector
   * releases.
   */
  @Override
  default void close() {}
}
