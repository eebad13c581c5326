// SPDX-License-Identifier: Apache-2.0
/**
 * Contracts that a storage engine proves itself with, as JUnit classes to extend.
 *
 * <p>{@link io.statebackend.testkit} has one contract per topic. An engine's tests extend each and
 * say how a backend is made. {@link io.statebackend.testkit.fault} is a file system that fails as
 * disks do, and an object store that fails as those do.
 */
module io.statebackend.testkit {
  requires transitive io.statebackend.api;
  requires io.statebackend.core;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires jdk.httpserver;
  requires static org.jspecify;
  requires java.sql;

  exports io.statebackend.testkit;
  exports io.statebackend.testkit.fault;

  // JUnit calls what the contracts keep package-private.
  opens io.statebackend.testkit;
}
