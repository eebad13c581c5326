// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.FrozenStore;
import java.util.Set;

/**
 * An image of a store, read by any thread.
 *
 * @param frozen the image, which is closed with this
 * @param tables the names of the tables that it has
 */
record FlinkImage(FrozenStore frozen, Set<String> tables) implements AutoCloseable {

  boolean has(String table) {
    return tables.contains(table);
  }

  @Override
  public void close() {
    frozen.close();
  }
}
