// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.DirectoryLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of files that may be wrong or missing. So a failure here is never an error for the
 * caller. Nothing is synced. Thread-safe.
 */
final class LocalCopies {
  private static final Logger logger = LoggerFactory.getLogger(LocalCopies.class);

  /** Replaces a slash in the name of a copy; no path of a storage contains it. */
  private static final String SLASH = "+";

  /** The end of the name of a copy while it is written; no path of a storage contains it. */
  private static final String UNFINISHED = "~";

  private static final int NAME_LENGTH_MAX = 200;
  private static final int PIECE_SIZE_BYTES = 256 << 10;

  private final Path directory;
  private final DirectoryLock lock;
  private final long sizeBytesMax;

  /** The sizes of the copies by their names, the oldest first. Guarded by itself, as is the sum. */
  private final Map<String, Long> sizes = new LinkedHashMap<>();

  private long sizeBytes;
  private long begunCount;

  /** The copies that were verified, and their attributes at that time. Guarded by itself. */
  private final Map<Path, Verified> verified = new LinkedHashMap<>();

  /** Shows that a file has not changed since it was verified. */
  private record Verified(FileTime modified, long length, int crc32c) {}

  private LocalCopies(Path directory, DirectoryLock lock, long sizeBytesMax) {
    this.directory = directory;
    this.lock = lock;
    this.sizeBytesMax = sizeBytesMax;
  }

  /** Opens a directory; returns {@code null} if it cannot be used. */
  static @Nullable LocalCopies open(Path directory, long sizeBytesMax) {
    try {
      Files.createDirectories(directory, FileTree.ownersDirectory(directory));
      Path real = directory.toRealPath();
      DirectoryLock lock =
          DirectoryLock.acquire(real, "directory of copies is in use", "use another one");
      try {
        LocalCopies copies = new LocalCopies(real, lock, sizeBytesMax);
        copies.find();
        return copies;
      } catch (IOException | RuntimeException | Error e) {
        lock.close();
        throw e;
      }
    } catch (IOException
        | UnsupportedOperationException
        | StateIoException
        | StateLockedException e) {
      logger.warn("there are no local copies in {}: {}", directory, e.toString());
      return null;
    }
  }

  /** Finds what an earlier process has left. */
  private void find() throws IOException {
    record Found(String name, long size, FileTime modified) {}
    List<Found> found = new ArrayList<>();
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String name = FileTree.nameOf(child);
        if (name.endsWith(UNFINISHED)) {
          Files.deleteIfExists(child);
        } else if (!name.equals(DirectoryLock.FILE_NAME) && Files.isRegularFile(child)) {
          found.add(new Found(name, Files.size(child), Files.getLastModifiedTime(child)));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException(e);
    }
    found.sort(Comparator.comparing(Found::modified));
    found.forEach(copy -> add(copy.name, copy.size));
  }

  /** Returns the name of the copy of a file, or {@code null} if there cannot be one. */
  private static @Nullable String nameOf(String file) {
    String name = file.replace("/", SLASH);
    boolean isFree = name.length() <= NAME_LENGTH_MAX && !name.equals(DirectoryLock.FILE_NAME);
    return isFree ? name : null;
  }

  /** Counts a copy, and deletes the oldest ones if there is not enough room. */
  private void add(String name, long size) {
    synchronized (sizes) {
      remove(name);
      sizes.put(name, size);
      sizeBytes += size;
      Iterator<Map.Entry<String, Long>> oldest = sizes.entrySet().iterator();
      while (sizeBytes > sizeBytesMax && oldest.hasNext()) {
        Map.Entry<String, Long> evicted = oldest.next();
        sizeBytes -= evicted.getValue();
        deleteQuietly(directory.resolve(evicted.getKey()));
        oldest.remove();
      }
    }
  }

  private void remove(String name) {
    synchronized (sizes) {
      Long size = sizes.remove(name);
      sizeBytes -= size == null ? 0 : size;
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      logger.debug("cannot delete the copy {}: {}", path, e.toString());
    }
  }

  /** Begins a copy; returns {@code null} if that is impossible. */
  @Nullable Copy begin(String file) {
    String name = nameOf(file);
    if (name == null) {
      return null;
    }
    Path aside = aside(name);
    try {
      FileChannel channel =
          FileChannel.open(
              aside,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              FileTree.ownersFile(aside));
      return new Copy(name, aside, channel);
    } catch (IOException e) {
      logger.debug("cannot begin the copy {}: {}", aside, e.toString());
      return null;
    }
  }

  private Path aside(String name) {
    synchronized (sizes) {
      return directory.resolve(name + "." + ++begunCount + UNFINISHED);
    }
  }

  /** A copy while it is written. Ends by itself at the first failure. */
  final class Copy {
    private final String name;
    private final Path aside;
    private final FileChannel channel;

    /** Guarded by {@code this}, as is the size. */
    private boolean isEnded;

    private long size;

    private Copy(String name, Path aside, FileChannel channel) {
      this.name = name;
      this.aside = aside;
      this.channel = channel;
    }

    synchronized void write(byte[] bytes, int offset, int length) {
      if (isEnded) {
        return;
      }
      size += length;
      if (size > sizeBytesMax) {
        close();
        return;
      }
      ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
      int end = buffer.limit();
      try {
        while (buffer.position() < end) {
          buffer.limit(Math.min(end, buffer.position() + PIECE_SIZE_BYTES));
          channel.write(buffer);
        }
      } catch (IOException e) {
        logger.debug("cannot write the copy {}: {}", aside, e.toString());
        close();
      }
    }

    /** Keeps the copy under its name, in place of another one. */
    synchronized void keep() {
      if (isEnded) {
        return;
      }
      try {
        channel.close();
        putInPlace(aside, name, size);
        isEnded = true;
      } catch (IOException e) {
        logger.debug("cannot keep the copy {}: {}", aside, e.toString());
        close();
      }
    }

    synchronized void close() {
      if (!isEnded) {
        isEnded = true;
        try {
          channel.close();
        } catch (IOException e) {
          logger.debug("cannot close the copy {}: {}", aside, e.toString());
        }
        deleteQuietly(aside);
      }
    }
  }

  private void putInPlace(Path aside, String name, long size) throws IOException {
    synchronized (sizes) {
      Path target = directory.resolve(name);
      forget(target);
      Files.move(
          aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      add(name, size);
    }
  }

  private void forget(Path copy) {
    synchronized (verified) {
      verified.remove(copy);
    }
  }

  /** Keeps a copy of a local file: by a hard link, or else by copying. */
  void keep(String file, Path source) {
    String name = nameOf(file);
    if (name == null) {
      return;
    }
    Path aside = aside(name);
    try {
      long size = Files.size(source);
      if (size > sizeBytesMax) {
        return;
      }
      try {
        Files.createLink(aside, source.toRealPath());
      } catch (IOException | UnsupportedOperationException | ProviderMismatchException e) {
        Files.copy(source, aside, StandardCopyOption.REPLACE_EXISTING);
      }
      putInPlace(aside, name, size);
    } catch (IOException | UnsupportedOperationException e) {
      logger.debug("cannot keep a copy of {}: {}", source, e.toString());
      deleteQuietly(aside);
    }
  }

  /**
   * Creates a local file from a copy, by a hard link or by copying; returns whether that worked.
   */
  boolean export(Path copy, Path target) {
    try {
      Files.createLink(target, copy);
      return true;
    } catch (IOException | UnsupportedOperationException | ProviderMismatchException e) {
      // The storage copies, or says what is wrong with the target.
      logger.debug("cannot link {} to {}: {}", target, copy, e.toString());
      return false;
    }
  }

  /** Returns the copy of a file if it has a length and checksum; else deletes it. */
  @Nullable Path verified(String file, long length, int crc32c) {
    String name = nameOf(file);
    synchronized (sizes) {
      if (name == null || !sizes.containsKey(name)) {
        return null;
      }
    }
    Path copy = directory.resolve(name);
    try {
      Verified now = new Verified(Files.getLastModifiedTime(copy), Files.size(copy), crc32c);
      synchronized (verified) {
        if (now.equals(verified.get(copy))) {
          return copy;
        }
      }
      if (now.length == length && crc32c(copy) == crc32c) {
        synchronized (verified) {
          verified.put(copy, now);
        }
        return copy;
      }
      logger.info("the copy {} is not what the checkpoint tells, the original is read", copy);
      remove(name);
      deleteQuietly(copy);
    } catch (IOException e) {
      logger.debug("cannot read the copy {}: {}", copy, e.toString());
    }
    return null;
  }

  private static int crc32c(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate(PIECE_SIZE_BYTES);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (channel.read(piece) >= 0) {
        crc.update(piece.flip());
        piece.clear();
      }
    }
    return (int) crc.getValue();
  }

  /** Deletes the copies of a file, or of all files beneath a directory. */
  void delete(String path) {
    String name = path.replace("/", SLASH);
    synchronized (sizes) {
      for (String copy : List.copyOf(sizes.keySet())) {
        if (copy.equals(name) || copy.startsWith(name + SLASH)) {
          remove(copy);
          forget(directory.resolve(copy));
          deleteQuietly(directory.resolve(copy));
        }
      }
    }
  }

  void close() {
    try {
      lock.close();
    } catch (StateIoException e) {
      logger.debug("cannot release the directory of copies: {}", e.getMessage());
    }
  }
}
