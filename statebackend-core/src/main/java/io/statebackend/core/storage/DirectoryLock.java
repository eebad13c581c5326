// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to write in a directory: a lock on a file in it. Released by the operating system when
 * the process dies.
 */
final class DirectoryLock implements AutoCloseable {
  static final String FILE_NAME = "_lock";

  /**
   * The directories that are locked in this JVM. Asked first, because on POSIX systems closing a
   * second channel on a file releases the lock that the first one holds.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel channel;

  private DirectoryLock(Path directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  /**
   * Locks a directory.
   *
   * @param directory its real path
   * @throws StateLockedException if it is locked
   * @throws IOException if its lock file cannot be created
   */
  static DirectoryLock acquire(Path directory) throws IOException {
    if (!HELD.add(directory)) {
      throw locked(directory, null);
    }
    try {
      return new DirectoryLock(directory, lockFile(directory));
    } catch (IOException | RuntimeException e) {
      HELD.remove(directory);
      throw e;
    }
  }

  private static FileChannel lockFile(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw locked(directory, e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw locked(directory, null);
  }

  private static StateLockedException locked(Path directory, @Nullable Throwable cause) {
    return new StateLockedException(
        "checkpoint directory is in use by another writer: directory="
            + directory
            + "; close that one, use another directory, or open this one read-only",
        cause);
  }

  /** Releases the lock; the lock file stays. */
  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StateIoException("cannot release the lock: directory=" + directory, e);
    } finally {
      HELD.remove(directory);
    }
  }
}
