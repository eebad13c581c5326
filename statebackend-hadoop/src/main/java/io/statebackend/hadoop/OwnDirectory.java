// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Who may write
 *
 * In this process a second owner is refused. Of several processes the last one that has opened the
 * storage is its owner: a program that is started again after a crash must not wait for one that
 * is dead, and nobody can tell a dead one from one that is slow.
 *
 * The fence
 *
 * Each owner has a directory of its own, _owner/<number>/<random name>. Whatever it adds to the
 * storage is written there and then renamed to its place; whatever it deletes is first renamed to
 * there. The next owner takes the next number, by a file that only one can create, and deletes the
 * directories of all numbers before. From then on each rename of a former owner fails, since one of
 * its two ends is not there any more, and so do its writes, since the deletion ends the leases of
 * the files in it. A rename is one step of the name node: it came before the deletion, and then the
 * next owner sees what it did, or it fails. There is nothing between a look and a step.
 *
 * A directory of an owner is never created again: its name is random, and the one above it is not
 * created along with it. Who has looked for the greatest number and then was slow may take one that
 * was deleted meanwhile; so it looks again before it deletes anything.
 *
 * Answers that are lost
 *
 * A rename that fails without an answer may have been made. If the file is still in the own
 * directory, it was not, and after the file is deleted it cannot be made any more.
 */
/** The directory in which the owner of a storage makes files and deletes them. Thread-safe. */
final class OwnDirectory {
  /** The directory of the directories of owners; the greatest number counts. */
  static final String OWNERS = "_owner";

  private static final Logger logger = LoggerFactory.getLogger(OwnDirectory.class);
  private static final String CLAIM = "claim";
  private static final int ATTEMPTS_MAX = 6;
  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final HadoopFiles files;
  private final String location;
  private final Path directory;

  /** How long to wait before a question is asked again; twice as long each time. */
  private final long pauseMillis;

  /** What could not be deleted. */
  private final Set<Path> leftovers = ConcurrentHashMap.newKeySet();

  private OwnDirectory(HadoopFiles files, String location, Path directory, long pauseMillis) {
    this.files = files;
    this.location = location;
    this.directory = directory;
    this.pauseMillis = pauseMillis;
  }

  /**
   * Becomes the owner of a storage.
   *
   * @param location where it is, for messages, and what tells it from others
   * @param top its directory, which is created if it is not there
   * @throws StateLockedException if it is owned in this process, or another one becomes the owner
   *     at this moment
   */
  static OwnDirectory claim(HadoopFiles files, String location, Path top, long pauseMillis) {
    if (!HELD.add(location)) {
      throw new StateLockedException(
          "checkpoint storage is in use by another writer of this process: location="
              + location
              + "; close that one, use another directory, or open this one read-only");
    }
    OwnDirectory claimed = null;
    try {
      Path directory = Uninterrupted.get(() -> claimNext(files, new Path(top, OWNERS)));
      claimed = new OwnDirectory(files, location, directory, pauseMillis);
      return claimed;
    } catch (FileAlreadyExistsException | FileNotFoundException e) {
      throw new StateLockedException(
          "another process opens the checkpoint storage at the same time: location="
              + location
              + "; see which of the two is to run",
          e);
    } catch (IOException e) {
      throw new StateIoException(
          "cannot open for writing: location="
              + location
              + ", reason="
              + e
              + "; name a directory that can be created and written, or open it read-only",
          e);
    } finally {
      if (claimed == null) {
        HELD.remove(location);
      }
    }
  }

  private static Path claimNext(HadoopFiles files, Path owners) throws IOException {
    files.createDirectories(owners);
    List<Path> former = numbersIn(files, owners);
    long number = greatestOf(former) + 1;
    Path directory = new Path(owners, Long.toString(number));
    files.createDirectories(directory);
    files.create(new Path(directory, CLAIM)).finish();
    Path own = new Path(directory, UUID.randomUUID().toString());
    files.createDirectory(own);
    if (greatestOf(numbersIn(files, owners)) > number) {
      // The number was taken already, and given up for a greater one, before this one took it.
      boolean unused = files.delete(directory);
      throw new FileAlreadyExistsException("an owner with a greater number than " + number);
    }
    for (Path path : former) {
      boolean unused = files.delete(path);
    }
    return own;
  }

  private static List<Path> numbersIn(HadoopFiles files, Path owners) throws IOException {
    List<Path> numbers = new ArrayList<>();
    RemoteIterator<FileStatus> found = files.list(owners);
    while (found.hasNext()) {
      Path path = found.next().getPath();
      if (path.getName().matches("[1-9][0-9]{0,17}")) {
        numbers.add(path);
      }
    }
    return numbers;
  }

  private static long greatestOf(List<Path> numbers) {
    return numbers.stream().mapToLong(path -> Long.parseLong(path.getName())).max().orElse(0);
  }

  /** Makes up the name of a file of this directory. */
  Path newPath() {
    return new Path(directory, UUID.randomUUID().toString());
  }

  /**
   * Gives a file of this directory, which nobody writes any more, a name outside of it. Waits for
   * that; interrupts wait until then.
   *
   * @param to a name that nothing had when the caller reserved it
   * @return {@code null} if it has the name, else why not; it is deleted then, and will not get the
   *     name
   * @throws StateLockedException if another process has become the owner
   * @throws StateIoException if nobody can say whether it has the name
   */
  @Nullable IOException moveOut(Path from, Path to) {
    try {
      Uninterrupted.run(() -> files.rename(from, to));
      return null;
    } catch (IOException e) {
      return isMoved(from, to, e) ? null : e;
    }
  }

  private boolean isMoved(Path from, Path to, IOException failure) {
    if (ask(() -> files.find(from), to, failure).content.isPresent()) {
      Answer<Boolean> deletion = ask(() -> files.delete(from), to, failure);
      if (deletion.content) {
        return false;
      }
      // An earlier deletion may have been made, or the rename has come late.
      boolean isTaken = failure instanceof FileAlreadyExistsException;
      if (deletion.isRepeated
          && (isTaken || ask(() -> files.find(to), to, failure).content.isEmpty())) {
        return false;
      }
    }
    if (!ask(this::isHeld, to, failure).content) {
      throw lost(failure);
    }
    logger.debug("{} is there after {}", to, failure.toString());
    return true;
  }

  /** What a file system has answered. */
  private record Answer<T>(T content, boolean isRepeated) {}

  /** Asks until there is an answer. */
  private <T> Answer<T> ask(Uninterrupted.Call<T> question, Path to, IOException failure) {
    long pause = pauseMillis;
    for (int number = 1; ; number++) {
      try {
        return new Answer<>(Uninterrupted.get(question), number > 1);
      } catch (IOException e) {
        failure.addSuppressed(e);
        if (number == ATTEMPTS_MAX) {
          throw new StateIoException(
              "cannot tell whether a file was written: file=%s, reason=%s, after %s; it may be there or not"
                  .formatted(to, e, failure),
              failure);
        }
        Uninterrupted.sleep(pause);
        pause *= 2;
      }
    }
  }

  /**
   * Deletes a file or directory from outside of this directory: it is gone in one step.
   *
   * @throws StateLockedException if another process has become the owner
   * @throws IOException if it may still be there
   */
  void delete(Path path) throws IOException {
    Path here = newPath();
    try {
      Uninterrupted.run(() -> files.rename(path, here));
    } catch (IOException e) {
      requireGone(path, e);
    }
    discard(here);
  }

  private void requireGone(Path path, IOException failure) throws IOException {
    try {
      boolean isThere = Uninterrupted.get(() -> files.find(path).isPresent());
      if (!Uninterrupted.get(this::isHeld)) {
        throw lost(failure);
      }
      if (isThere) {
        throw failure;
      }
    } catch (IOException e) {
      if (e != failure) {
        e.addSuppressed(failure);
      }
      throw e;
    }
  }

  /** Deletes a file or directory of this directory. What cannot be deleted is tried again later. */
  void discard(Path path) {
    leftovers.add(path);
    for (Path leftover : List.copyOf(leftovers)) {
      try {
        boolean unused = Uninterrupted.get(() -> files.delete(leftover));
        leftovers.remove(leftover);
      } catch (IOException e) {
        logger.warn(
            "cannot delete {}, which takes room until the next file is deleted or the storage is"
                + " opened again: {}",
            leftover,
            e.toString());
        return;
      }
    }
  }

  /** Tells whether no other process has become the owner. */
  boolean isHeld() throws IOException {
    return files.find(directory).isPresent();
  }

  /** Says that another process has become the owner. */
  StateLockedException lost(Throwable cause) {
    return new StateLockedException(
        "another process has opened the checkpoint storage since, or deleted what stands for this"
            + " one: location="
            + location
            + ", own directory="
            + directory
            + "; it goes on from the last checkpoint that it found, so stop this process",
        cause);
  }

  /** Lets another one of this process become the owner. */
  void release() {
    HELD.remove(location);
  }
}
