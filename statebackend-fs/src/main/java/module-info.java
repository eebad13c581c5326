// SPDX-License-Identifier: Apache-2.0
/** A storage engine that keeps state in a log of records, in memory and in local files. */
module io.statebackend.fs {
  requires transitive io.statebackend.api;
  requires static org.jspecify;

  exports io.statebackend.fs;

  provides io.statebackend.api.spi.NativeFormat with
      io.statebackend.fs.FsNativeFormat;
  provides io.statebackend.api.spi.StateBackendFactory with
      io.statebackend.fs.FsStateBackendFactory;
}
