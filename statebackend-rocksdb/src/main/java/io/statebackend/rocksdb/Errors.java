// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** Translates errors of RocksDB. */
final class Errors {
  private Errors() {}

  /**
   * Translates an error.
   *
   * @param what what could not be done, and where
   */
  static StateException of(String what, RocksDBException e) {
    Status status = e.getStatus();
    Status.Code code = status == null ? Status.Code.Undefined : status.getCode();
    String message = what + ": " + describe(e, status);
    if (code == Status.Code.Corruption) {
      return new CorruptStateException(message + "; restore the latest checkpoint", e);
    }
    if (isOutOfMemory(e)) {
      return new StateIoException(
          message + "; the native memory of the backend is used up: raise memoryBudgetBytes", e);
    }
    if (detailOf(e) == Status.SubCode.NoSpace) {
      return new StateIoException(message + "; the disk of the working directory is full", e);
    }
    return new StateIoException(message, e);
  }

  /** Tells whether the database found what it was asked for to be impossible. */
  static boolean isInvalidArgument(StateException e) {
    return e.getCause() instanceof RocksDBException cause
        && cause.getStatus() != null
        && cause.getStatus().getCode() == Status.Code.InvalidArgument;
  }

  /** Tells whether the native memory was used up. */
  static boolean isOutOfMemory(RocksDBException e) {
    return detailOf(e) == Status.SubCode.MemoryLimit;
  }

  /**
   * Tells whether a database that could not write may have stopped for good. After a full disk
   * RocksDB itself checks whether there is room again, and damage is permanent.
   */
  static boolean mayHaveStopped(RocksDBException e) {
    Status status = e.getStatus();
    return status == null
        || (status.getCode() != Status.Code.Corruption
            && status.getCode() != Status.Code.InvalidArgument
            && detailOf(e) != Status.SubCode.NoSpace);
  }

  private static Status.SubCode detailOf(RocksDBException e) {
    Status status = e.getStatus();
    return status == null ? Status.SubCode.None : status.getSubCode();
  }

  private static String describe(RocksDBException e, @Nullable Status status) {
    if (status == null || status.getState() == null || status.getState().isEmpty()) {
      return String.valueOf(e.getMessage());
    }
    return status.getCodeString() + ", " + status.getState();
  }
}
