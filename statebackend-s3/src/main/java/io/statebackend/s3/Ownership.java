// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to write under a prefix of a store.
 *
 * <p>In this process a second owner is refused. Of several processes the last one that has opened
 * the storage is the owner: object stores know no locks that end with their holder, and a program
 * that is started again after a crash must not wait for one that is dead. Each owner has a number,
 * greater than all before, and puts an object of that name, of which there can be one only. The
 * former owner, if it still lives, finds the greater number, and publishes and deletes nothing
 * more.
 *
 * <p>It looks before it publishes and once more afterwards. So what it has reported as published
 * was there before the next owner had its number, and thus before that one looked at what is there.
 */
final class Ownership {
  /** The directory of the objects that stand for owners; the greatest number counts. */
  static final String DIRECTORY = "_owner";

  private static final Set<String> HELD = ConcurrentHashMap.newKeySet();

  private final ObjectStore store;
  private final String location;
  private final String prefix;
  private final long number;

  private Ownership(ObjectStore store, String location, String prefix, long number) {
    this.store = store;
    this.location = location;
    this.prefix = prefix;
    this.number = number;
  }

  /**
   * Becomes the owner.
   *
   * @param location where, for messages, and what tells it from others
   * @param prefix what the keys there begin with
   * @throws StateLockedException if it is owned in this process, or another one becomes the owner
   *     at this moment
   */
  static Ownership acquire(
      ObjectStore store, Publication publication, String location, String prefix) {
    if (!HELD.add(location)) {
      throw new StateLockedException(
          "checkpoint storage is in use by another writer of this process: location="
              + location
              + "; close that one, use another prefix, or open this one read-only");
    }
    try {
      String directory = prefix + DIRECTORY + "/";
      List<String> former = list(store, directory, location);
      long number = 1 + greatest(former, directory);
      byte[] description =
          ("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
      if (!publication.put(directory + number, description, description.length)) {
        throw new StateLockedException(
            "another process opens the checkpoint storage at the same time: location="
                + location
                + "; see which of the two is to run");
      }
      delete(store, former, location);
      return new Ownership(store, location, directory, number);
    } catch (RuntimeException | Error e) {
      HELD.remove(location);
      throw e;
    }
  }

  private static List<String> list(ObjectStore store, String directory, String location) {
    try {
      return store.list(directory, true, 0);
    } catch (ObjectStoreException e) {
      throw new StateIoException(
          "cannot see who owns the checkpoint storage: location="
              + location
              + ", reason="
              + e.getMessage(),
          e);
    }
  }

  private static void delete(ObjectStore store, List<String> former, String location) {
    try {
      store.delete(new ArrayList<>(former));
    } catch (ObjectStoreException e) {
      throw new StateIoException(
          "cannot delete what stands for former owners: location="
              + location
              + ", reason="
              + e.getMessage(),
          e);
    }
  }

  private static long greatest(List<String> keys, String directory) {
    long greatest = 0;
    for (String key : keys) {
      String name = key.substring(directory.length());
      if (name.matches("[1-9][0-9]{0,17}")) {
        greatest = Math.max(greatest, Long.parseLong(name));
      }
    }
    return greatest;
  }

  /**
   * Checks that no other process has become the owner.
   *
   * @throws StateLockedException if one has
   * @throws StateIoException if that cannot be told
   */
  void check() {
    long greatest = greatest(list(store, prefix, location), prefix);
    if (greatest != number) {
      throw new StateLockedException(
          "another process has opened the checkpoint storage since: location=%s, owner=%d, this one=%d; it goes on from the last checkpoint that it found, so stop this process"
              .formatted(location, greatest, number));
    }
  }

  /** Lets another one of this process become the owner. */
  void release() {
    HELD.remove(location);
  }
}
