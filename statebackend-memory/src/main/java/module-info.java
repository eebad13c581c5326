// SPDX-License-Identifier: Apache-2.0
/** A storage engine that keeps state as objects and numbers on the heap. */
module io.statebackend.memory {
  requires transitive io.statebackend.api;
  requires static org.jspecify;

  exports io.statebackend.memory;

  provides io.statebackend.api.spi.StateBackendFactory with
      io.statebackend.memory.MemoryStateBackendFactory;
}
