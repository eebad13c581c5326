// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/**
 * Loads RocksDB's native library out of its jar. RocksDB itself unpacks it into the directory for
 * temporary files whenever a process begins, and a process that is killed leaves it there. This
 * class unpacks it once for each version, into {@link UserCache}, under a name that identifies its
 * content. The content is compared before it is loaded. If this is impossible, RocksDB uses its own
 * way.
 */
final class NativeLibrary {
  /** Where RocksDB looks for the library, if the user says so. */
  private static final String DIRECTORY_VARIABLE = "ROCKSDB_SHAREDLIB_DIR";

  private static final String NAME_IN_JAR = "rocksdb";

  /** RocksDB makes another file name where it is told directories. */
  private static final String NAME_IN_DIRECTORIES = "rocksdbjni";

  private NativeLibrary() {}

  /** Loads the library, unless it is. */
  static void load() {
    Path directory = System.getenv(DIRECTORY_VARIABLE) == null ? unpacked() : null;
    if (directory != null) {
      try {
        RocksDB.loadLibrary(List.of(directory.toString()));
        return;
      } catch (UnsatisfiedLinkError e) {
        // Another class loader has loaded the same file, or nothing may be run from there.
      }
    }
    RocksDB.loadLibrary();
  }

  /** Returns the directory with the library, or null if it cannot be there. */
  private static @Nullable Path unpacked() {
    try {
      return unpack(Environment.getJniLibraryFileName(NAME_IN_JAR));
    } catch (IOException | OverlappingFileLockException | SecurityException e) {
      return null;
    }
  }

  private static Path unpack(String file) throws IOException {
    String sum = checksum(resource(file));
    Path directory = UserCache.directory(sum.substring(0, 16));
    Path library = directory.resolve(Environment.getJniLibraryFileName(NAME_IN_DIRECTORIES));
    // Held by the process, so that one that is killed while it unpacks leaves nothing locked.
    try (FileChannel lockFile =
            FileChannel.open(
                directory.resolve("_lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = lockFile.lock()) {
      if (!Files.isRegularFile(library)
          || !sum.equals(checksum(Files.newInputStream(library)))
          || !lock.isValid()) {
        Path begun = directory.resolve("_unpacking");
        try (InputStream in = resource(file);
            OutputStream out = Files.newOutputStream(begun)) {
          in.transferTo(out);
        }
        Files.move(begun, library, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return directory;
  }

  private static InputStream resource(String file) throws IOException {
    InputStream resource = RocksDB.class.getClassLoader().getResourceAsStream(file);
    if (resource == null) {
      throw new IOException("no such library in the jar of RocksDB: file=" + file);
    }
    return resource;
  }

  private static String checksum(InputStream bytes) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(bytes, MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
