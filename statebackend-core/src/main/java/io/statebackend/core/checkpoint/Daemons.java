// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.util.concurrent.ThreadFactory;

/** Makes the threads of a coordinator. */
final class Daemons {
  private Daemons() {}

  /** Returns a factory of daemon threads of one name. */
  static ThreadFactory named(String name) {
    return task -> {
      Thread thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }
}
