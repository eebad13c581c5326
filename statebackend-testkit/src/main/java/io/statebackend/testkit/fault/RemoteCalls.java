// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Lets calls of a remote system fail as a {@link FaultFileSystem} does, so that contracts for disks
 * try storages that are elsewhere too. Each call touches the disk before and after it: if the disk
 * fails the first time, the call is not made; if it fails the second time, the call was made and
 * its answer is lost; if it crashes, the program dies there.
 *
 * <p>What the program stores remotely survives a crash of its machine. So a place that is written
 * on the disk says where that is. Not thread-safe but for a disk without faults.
 */
public final class RemoteCalls {
  private static final String PLACE = "remote-place";
  private static final String TOUCHED = "remote-calls";
  private static final String ROOM = "remote-room";

  private final Path directory;
  private final String place;

  private RemoteCalls(Path directory, String place) {
    this.directory = directory;
    this.place = place;
  }

  /**
   * Finds the place that belongs to a directory, or makes one up.
   *
   * @param directory a directory on a disk that may fail; its parent directory is used
   * @return the calls
   * @throws StateIoException if the disk fails
   */
  public static RemoteCalls of(Path directory) {
    Path parent = requireNonNull(directory.getParent(), "a directory with a parent");
    try {
      Files.createDirectories(parent);
      Path file = parent.resolve(PLACE);
      String place = Files.exists(file) ? Files.readString(file) : "";
      if (place.length() != UUID.randomUUID().toString().length()) {
        // A place that is not whole was never used.
        place = UUID.randomUUID().toString();
        write(file, place.getBytes(StandardCharsets.UTF_8));
      }
      // Also if it was there: an earlier process may have died before it did this.
      force(file);
      force(parent);
      for (Path at = parent; at.getParent() != null; at = at.getParent()) {
        force(at.getParent());
      }
      return new RemoteCalls(parent, place);
    } catch (IOException e) {
      throw new StateIoException("the place cannot be told: reason=" + e.getMessage(), e);
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  /**
   * Returns what tells the place from all others.
   *
   * @return a name of letters, digits and dashes
   */
  public String place() {
    return place;
  }

  /**
   * Is called before each remote call.
   *
   * @throws IOException if the call must not be made
   */
  public void before() throws IOException {
    touch();
  }

  /**
   * Is called after each remote call.
   *
   * @throws IOException if its answer is lost
   */
  public void after() throws IOException {
    touch();
  }

  private void touch() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve(TOUCHED), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), 0);
    }
  }

  /**
   * Is called before something is stored: a disk that is full makes the remote system full.
   *
   * @param length of how many bytes
   * @throws IOException if there is no room
   */
  public void takeRoom(int length) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve(ROOM),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }
}
