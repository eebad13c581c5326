// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right to write in a directory: a lock on a file in it, for engines and storages. The
 * operating system releases it when the process dies.
 *
 * <p>On a file system that gives files no keys, the holder of the lock writes a random number into
 * the lock file and recognizes the file by it. The locked byte lies behind that number, because
 * some systems do not let anybody read locked bytes.
 */
public final class DirectoryLock implements AutoCloseable {
  /** The name of the lock file. It is never deleted. */
  public static final String FILE_NAME = "_lock";

  /**
   * The directories that are locked in this JVM. They are checked first, because on POSIX systems
   * closing a second channel on a file releases the lock of the first one.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /** The position of the locked byte in the lock file; the byte need not exist. */
  private static final long LOCKED_BYTE = 1 << 10;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path directory;
  private final FileChannel channel;

  /** Distinguishes the lock file from another one of its name, or {@code null} if nothing does. */
  private final @Nullable Object fileKey;

  /** The number that this lock wrote into its file, or {@code null} if it wrote none. */
  private final @Nullable String content;

  private DirectoryLock(Path directory, FileChannel channel) throws IOException {
    this.directory = directory;
    this.channel = channel;
    this.fileKey = fileKey(directory);
    this.content = fileKey == null ? mark(channel) : null;
  }

  /** Writes a random number into the lock file, if the disk has room for that. */
  private static @Nullable String mark(FileChannel channel) {
    String number = "%016x%016x%n".formatted(RANDOM.nextLong(), RANDOM.nextLong());
    ByteBuffer bytes = ByteBuffer.wrap(number.getBytes(US_ASCII));
    try {
      FileChannel unused = channel.truncate(0);
      for (int at = 0; bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
      return number;
    } catch (IOException e) {
      return null; // A full disk is no reason not to start: that the file is gone is noticed still.
    }
  }

  /** Tells whether the file of a name is the one that is locked. */
  private boolean isOwn(Path file) throws IOException {
    if (!Objects.equals(fileKey, fileKey(directory))) {
      return false;
    }
    return content == null
        || (Files.size(file) == content.length()
            && content.equals(Files.readString(file, US_ASCII)));
  }

  private static @Nullable Object fileKey(Path directory) throws IOException {
    return Files.readAttributes(
            directory.resolve(FILE_NAME), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /**
   * Locks a directory.
   *
   * @param directory its real path
   * @param inUse the message if it is locked, such as "working directory is in use by another
   *     backend"
   * @param wayOut the part of the message that says what to do then
   * @return the lock
   * @throws StateLockedException if it is locked in this process or another one, for any purpose
   * @throws IOException if its lock file cannot be created
   */
  public static DirectoryLock acquire(Path directory, String inUse, String wayOut)
      throws IOException {
    String message = inUse + ": directory=" + directory + "; " + wayOut;
    if (!HELD.add(directory)) {
      throw new StateLockedException(message, null);
    }
    try {
      FileChannel channel = lockFile(directory, message);
      try {
        return new DirectoryLock(directory, channel);
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        throw e;
      }
    } catch (IOException | RuntimeException | Error e) {
      HELD.remove(directory);
      throw e;
    }
  }

  private static FileChannel lockFile(Path directory, String message) throws IOException {
    Path file = directory.resolve(FILE_NAME);
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileSystemException(
          file.toString(), null, "the name of the lock file is taken by what is no regular file");
    }
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    boolean isLocked = false;
    try {
      isLocked = channel.tryLock(LOCKED_BYTE, 1, false) != null;
      if (!isLocked) {
        throw new StateLockedException(message, null);
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw new StateLockedException(message, e);
    } finally {
      if (!isLocked) {
        channel.close();
      }
    }
  }

  /**
   * Checks that the lock file is still the one that is locked. If somebody has deleted it, or the
   * directory with it, another writer may have come in. Costs a look at one file. The file is
   * recognized by its key, which does not change while the file is open here. On file systems
   * without such keys it is recognized by its content, unless the disk was full when it was locked.
   *
   * @throws StateLockedException if it is gone, or another file has its name
   * @throws StateIoException if the file system does not answer
   */
  public void check() {
    String problem;
    try {
      problem = isOwn(directory.resolve(FILE_NAME)) ? null : "was replaced";
    } catch (NoSuchFileException e) {
      problem = "is gone";
    } catch (IOException e) {
      throw new StateIoException(
          "cannot look at the lock file: directory=" + directory + ", reason=" + e, e);
    }
    if (problem != null) {
      throw new StateLockedException(
          ("the lock file %s, and another writer may be at work: directory=%s, file=%s; see who"
                  + " deletes files there, close what writes here, and open it again")
              .formatted(problem, directory, FILE_NAME),
          null);
    }
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
