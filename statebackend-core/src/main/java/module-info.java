// SPDX-License-Identifier: Apache-2.0
/**
 * The shared snapshot and restore layer.
 *
 * <p>{@link io.statebackend.core.checkpoint} takes and restores checkpoints, {@link
 * io.statebackend.core.serialization} holds serializers, {@link io.statebackend.core.storage} the
 * places where checkpoints live and the look-up of storages and engines by name, {@link
 * io.statebackend.core.encryption} encrypts what lies there. {@link io.statebackend.core.windows}
 * has windows of event time, {@link io.statebackend.core.reader} looks into checkpoints, {@link
 * io.statebackend.core.host} is the door for programs that take checkpoints in their own way.
 * {@link io.statebackend.core.snapshot}, the portable formats, and {@code
 * io.statebackend.core.state}, the state semantics, are what those are built on.
 */
module io.statebackend.core {
  requires transitive io.statebackend.api;
  requires com.esotericsoftware.kryo;
  requires org.objenesis;
  requires org.slf4j;
  requires static org.jspecify;
  requires static org.lz4.java;
  requires static java.sql;

  exports io.statebackend.core.serialization;
  exports io.statebackend.core.checkpoint;
  exports io.statebackend.core.host;
  exports io.statebackend.core.snapshot;
  exports io.statebackend.core.storage;
  exports io.statebackend.core.windows;
  exports io.statebackend.core.encryption;
  exports io.statebackend.core.reader;

  uses io.statebackend.api.spi.NativeFormat;
  uses io.statebackend.api.spi.CheckpointStorageFactory;
  uses io.statebackend.api.spi.StateBackendFactory;

  provides io.statebackend.api.spi.CheckpointStorageFactory with
      io.statebackend.core.storage.FileStorageFactory,
      io.statebackend.core.storage.MemoryStorageFactory;
}
