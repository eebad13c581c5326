// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to write in a directory: a lock on a file in it, for engines and storages. Released by
 * the operating system when the process dies.
 */
public final class DirectoryLock implements AutoCloseable {
  /** The name of the file that is locked. It stays. */
  public static final String FILE_NAME = "_lock";

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
   * @param inUse what to say if it is locked, such as "working directory is in use by another
   *     backend"
   * @param wayOut what to do then
   * @return the lock
   * @throws StateLockedException if it is locked, in this process or another one, whatever for
   * @throws IOException if its lock file cannot be created
   */
  public static DirectoryLock acquire(Path directory, String inUse, String wayOut)
      throws IOException {
    String message = inUse + ": directory=" + directory + "; " + wayOut;
    if (!HELD.add(directory)) {
      throw new StateLockedException(message, null);
    }
    try {
      return new DirectoryLock(directory, lockFile(directory, message));
    } catch (IOException | RuntimeException e) {
      HELD.remove(directory);
      throw e;
    }
  }

  private static FileChannel lockFile(Path directory, String message) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new StateLockedException(message, e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new StateLockedException(message, null);
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
