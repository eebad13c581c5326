// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.WorkDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Creates a database again from one that has stopped. After an error while it writes a file,
 * RocksDB considers the database broken, even if the reason, such as too many open files, is soon
 * gone. It still answers reads then, but nothing that it has in memory is ever written, and there
 * is no log.
 *
 * <p>The new database has the same files, linked into another directory. The difference between the
 * two is what the stopped one has in memory: both are read from end to end, side by side, and each
 * difference is written to the new one. So the time is proportional to the whole state, and the
 * room only to what was in memory.
 */
final class Reopening {
  private static final int BATCH_BYTES = 256 << 10;
  private static final String TABLE_FILE_ENDING = ".sst";
  private static final String MANIFEST_PREFIX = "/MANIFEST-";

  private Reopening() {}

  /**
   * Opens a database with the content of one that has stopped.
   *
   * @param families the tables with families of their own, by index, as in {@link
   *     OpenDatabase#open}
   * @param number tells the new directory from others
   * @return the new database, all of which is in files
   * @throws StateIoException if it cannot be made, as the reason for the error is not gone; nothing
   *     is left behind then
   */
  static OpenDatabase reopen(
      String name, OpenDatabase stopped, List<@Nullable TableFormat> families, int number) {
    Path directory = stopped.directory().resolveSibling("db-" + number);
    stopped.gate().enter();
    try {
      WorkDirectory.create(directory);
      try {
        linkFiles(stopped, directory);
        OpenDatabase opened =
            OpenDatabase.open(name, directory, stopped.options().again(), families);
        try {
          copyDifferences(stopped, opened, families);
          return opened;
        } catch (RocksDBException | RuntimeException e) {
          opened.close();
          throw e;
        }
      } catch (RocksDBException | IOException | RuntimeException e) {
        WorkDirectory.delete(directory);
        throw e;
      }
    } catch (RocksDBException e) {
      throw Errors.of("cannot open the database anew: store=" + name, e);
    } catch (IOException e) {
      throw new StateIoException(
          "cannot open the database anew: store=%s, directory=%s".formatted(name, directory), e);
    } finally {
      stopped.gate().exit();
    }
  }

  private static void linkFiles(OpenDatabase stopped, Path target)
      throws RocksDBException, IOException {
    RocksDB rocksDb = stopped.rocksDb();
    rocksDb.disableFileDeletions();
    try {
      RocksDB.LiveFiles live = rocksDb.getLiveFiles(false);
      for (String file : live.files) {
        Path source = stopped.directory().resolve(file.substring(1));
        Path copy = target.resolve(file.substring(1));
        if (file.endsWith(TABLE_FILE_ENDING)) {
          Files.createLink(copy, source);
        } else if (file.startsWith(MANIFEST_PREFIX)) {
          copyBeginning(source, copy, live.manifestFileSize);
        } else {
          Files.copy(source, copy);
        }
      }
    } finally {
      rocksDb.enableFileDeletions();
    }
  }

  private static void copyBeginning(Path source, Path target, long length) throws IOException {
    try (InputStream in = Files.newInputStream(source);
        OutputStream out = Files.newOutputStream(target)) {
      byte[] piece = new byte[BATCH_BYTES];
      for (long rest = length; rest > 0; ) {
        int count = in.read(piece, 0, (int) Math.min(piece.length, rest));
        if (count < 0) {
          throw new IOException("file is shorter than it was: " + source);
        }
        out.write(piece, 0, count);
        rest -= count;
      }
    }
  }

  private static void copyDifferences(
      OpenDatabase from, OpenDatabase to, List<@Nullable TableFormat> families)
      throws RocksDBException {
    for (int index = 0; index < families.size(); index++) {
      if (index == 0 || families.get(index) != null) {
        if (from.family(index).id() != to.family(index).id()) {
          throw new StateIoException("the database does not number its families as before");
        }
        copyDifferences(from, from.handle(index), to, to.handle(index));
      }
    }
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      to.flush(wait);
    }
  }

  private static void copyDifferences(
      OpenDatabase from,
      ColumnFamilyHandle fromFamily,
      OpenDatabase to,
      ColumnFamilyHandle toFamily)
      throws RocksDBException {
    try (ReadOptions all = new ReadOptions().setTotalOrderSeek(true).setFillCache(false);
        RocksIterator wanted = from.rocksDb().newIterator(fromFamily, all);
        RocksIterator found = to.rocksDb().newIterator(toFamily, all);
        WriteBatch batch = new WriteBatch()) {
      wanted.seekToFirst();
      found.seekToFirst();
      while (wanted.isValid() || found.isValid()) {
        int order = order(wanted, found);
        if (order > 0) {
          batch.delete(toFamily, found.key());
        } else if (order < 0 || !Arrays.equals(wanted.value(), found.value())) {
          batch.put(toFamily, wanted.key(), wanted.value());
        }
        if (order >= 0) {
          found.next();
        }
        if (order <= 0) {
          wanted.next();
        }
        if (batch.getDataSize() > BATCH_BYTES) {
          to.rocksDb().write(to.options().write(), batch);
          batch.clear();
        }
      }
      wanted.status();
      found.status();
      to.rocksDb().write(to.options().write(), batch);
    }
  }

  /** Compares the keys that two iterators stand on; one that has ended comes last. */
  private static int order(RocksIterator one, RocksIterator other) {
    if (!one.isValid()) {
      return 1;
    }
    return other.isValid() ? Arrays.compareUnsigned(one.key(), other.key()) : -1;
  }
}
