// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The engines, which samples use in turn. Each is opened once in a JVM. */
final class Engines {
  private static final List<StateBackend> ALL =
      Stream.of(Engine.values()).map(engine -> engine.open(directory(engine))).toList();

  private static final AtomicInteger TURN = new AtomicInteger();

  static {
    ALL.forEach(engine -> Runtime.getRuntime().addShutdownHook(new Thread(engine::close)));
  }

  private Engines() {}

  private static Path directory(Engine engine) {
    return Path.of(engine.directoryName() + "-" + ProcessHandle.current().pid());
  }

  static List<StateBackend> all() {
    return ALL;
  }

  /** Returns the engine of the next sample. */
  static StateBackend next() {
    return ALL.get(Math.floorMod(TURN.getAndIncrement(), ALL.size()));
  }
}
