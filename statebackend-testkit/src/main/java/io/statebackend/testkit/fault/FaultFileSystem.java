// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.util.Objects.requireNonNull;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file system in memory whose calls fail as a {@link Fault} says, and that knows what of it is
 * durable.
 *
 * <pre>{@code
 * for (int change = 1; ; change++) {
 *   FaultFileSystem files = FaultFileSystem.create();
 *   files.setFault(Fault.crashAt(change));
 *   boolean survived = workload.run(files.getPath("/data"));
 *   FaultFileSystem restarted = files.crash(Unsynced.random(seed));
 *   workload.checkRecovered(restarted.getPath("/data"));
 *   if (survived) {
 *     break;
 *   }
 * }
 * }</pre>
 *
 * <p>What it takes a disk to do, and no more:
 *
 * <ul>
 *   <li>What was written to a file is durable when the file was forced.
 *   <li>That a file or directory is there, moved or gone is durable when the directory was forced,
 *       opened as a channel. Forcing a file does not make its name durable.
 *   <li>A rename within this file system is one step: after a crash it happened or it did not.
 *   <li>All else may survive in part and in any order, as {@link Unsynced} says.
 * </ul>
 *
 * <p>Paths are as on Unix. Files are limited to 2 GiB. There are no symbolic links, owners, times
 * or mapped files. A lock covers its whole file. Calls happen one at a time; the same calls in the
 * same order have the same results in every run. Thread-safe.
 */
public final class FaultFileSystem extends FileSystem {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final String name = "disk-" + NAMES.incrementAndGet();
  private final FaultFileSystemProvider provider = new FaultFileSystemProvider(this);
  private final Disk disk;

  private FaultFileSystem(Disk disk) {
    this.disk = disk;
    disk.use(this);
  }

  /**
   * Creates a file system without files or faults, and with all the room there is.
   *
   * @return a file system
   */
  public static FaultFileSystem create() {
    return new FaultFileSystem(new Disk());
  }

  /**
   * Sets the fault, in place of the one before, and begins to count calls anew.
   *
   * @param fault decides what happens to calls from now on
   */
  public void setFault(Fault fault) {
    disk.setFault(requireNonNull(fault, "fault"));
  }

  /**
   * Limits the room for files. An entry of a directory takes {@value Disk#ENTRY_SIZE_BYTES} bytes,
   * a file its length. A write that does not fit writes what does; when that is nothing, it fails.
   *
   * @param capacityBytes the limit, which may be less than what is used
   */
  public void setCapacityBytes(long capacityBytes) {
    disk.setCapacityBytes(capacityBytes);
  }

  /**
   * Says whether files have keys, by which a file is told from another one of the same name. By
   * default they have, as on Unix; elsewhere they may not.
   *
   * @param hasKeys whether they have
   */
  public void setFileKeys(boolean hasKeys) {
    disk.setFileKeys(hasKeys);
  }

  /**
   * Returns the room that is taken, also by deleted files that are open.
   *
   * @return the size in bytes
   */
  public long usedBytes() {
    return disk.usedBytes();
  }

  /**
   * Returns how many calls there were since the fault was set.
   *
   * @return the number
   */
  public long callCount() {
    return disk.callCount();
  }

  /**
   * Returns how many of the calls since the fault was set were changes.
   *
   * @return the number
   */
  public long changeCount() {
    return disk.changeCount();
  }

  /**
   * Returns which files and directories are open as channels or streams.
   *
   * @return the paths, each as often as it is open; empty at the end of a program that closes what
   *     it opens
   */
  public List<Path> openFiles() {
    return disk.open(this);
  }

  /**
   * Tells whether the machine has crashed or the program was killed, so that every call fails.
   *
   * @return {@code true} if that is so
   */
  public boolean isCrashed() {
    return !disk.isUsedBy(this);
  }

  /**
   * Kills the program, and not the machine: it finds its files as it left them, and what was not
   * synced is not durable yet. Also to be called after a crash by a fault, which is a kill then.
   *
   * @return the same files for the program that is started next; this file system stays dead
   */
  public FaultFileSystem kill() {
    disk.setFault(Fault.none());
    return new FaultFileSystem(disk);
  }

  /**
   * Crashes the machine, if that has not happened yet, and starts it again. May be called again to
   * see what else could be left.
   *
   * @param unsynced what is left of changes that were not synced
   * @return the files that are left, all of them durable now; this file system stays dead
   */
  public FaultFileSystem crash(Unsynced unsynced) {
    return new FaultFileSystem(disk.afterCrash(requireNonNull(unsynced, "unsynced")));
  }

  /**
   * Waits until a call hangs.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitHungCall() throws InterruptedException {
    disk.awaitHungCall();
  }

  /** Lets the calls that hang go on. */
  public void resume() {
    disk.resume();
  }

  Disk disk() {
    return disk;
  }

  String name() {
    return name;
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public Path getPath(String first, String... more) {
    String joined = more.length == 0 ? first : first + "/" + String.join("/", more);
    return FaultPath.parse(this, joined);
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(getPath("/"));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(new FaultFileStore(disk));
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  /** Matches as the default file system does. */
  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    FileSystem platform = FileSystems.getDefault();
    PathMatcher matcher = platform.getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(platform.getPath(path.toString()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("a FaultFileSystem has no owners of files");
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("a FaultFileSystem cannot be watched");
  }

  /** Does nothing: a file system in memory holds nothing that is to be released. */
  @Override
  public void close() {}
}
