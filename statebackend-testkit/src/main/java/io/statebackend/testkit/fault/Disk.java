// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import io.statebackend.testkit.fault.DirectoryNode.Entry;
import io.statebackend.testkit.fault.Fault.Effect;
import io.statebackend.testkit.fault.FileCall.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The files and directories of one machine, and the gate that every call goes through. */
final class Disk {
  /** What an entry of a directory takes of the capacity. */
  static final int ENTRY_SIZE_BYTES = 64;

  private final DirectoryNode root;
  private final DirectoryChanges changes;

  // All that follows, and the nodes, are guarded by this.
  private Fault fault = Fault.none();
  private long callCount;
  private long changeCount;
  private long capacityBytes = Long.MAX_VALUE;
  private long usedBytes;
  private boolean hasFileKeys = true;

  /** The files and directories that are open, each as often as it is. */
  private final List<FaultPath> open = new ArrayList<>();

  /** Whose calls succeed: the program that runs. Nobody's after a crash. */
  private @Nullable FaultFileSystem user;

  private int hungCount;

  /** Counts up when hung calls are to return. */
  private long resumeCount;

  private interface Body<T> {
    T run(Effect effect) throws IOException;
  }

  Disk() {
    changes = new DirectoryChanges();
    root = new DirectoryNode(changes);
  }

  private Disk(DirectoryNode root, DirectoryChanges changes) {
    this.root = root;
    this.changes = changes;
    this.usedBytes = sizeOf(root);
  }

  private static long sizeOf(DirectoryNode directory) {
    long size = 0;
    for (Node node : directory.visible.values()) {
      size += ENTRY_SIZE_BYTES;
      if (node instanceof DirectoryNode child) {
        size += sizeOf(child);
      } else {
        FileNode file = (FileNode) node;
        size += file.isInUse() ? 0 : file.size();
        file.linked(1);
      }
    }
    return size;
  }

  /** Takes the disk from the program that used it, which fails from now on. */
  synchronized void use(FaultFileSystem newUser) {
    user = newUser;
    resume();
  }

  synchronized Disk afterCrash(Unsynced rule) {
    user = null;
    resume();
    DirectoryNode left = changes.afterCrash(root, rule);
    Disk restarted = new Disk(left, left.changes());
    restarted.hasFileKeys = hasFileKeys;
    return restarted;
  }

  synchronized void setFault(Fault newFault) {
    fault = newFault;
    callCount = 0;
    changeCount = 0;
  }

  synchronized void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  synchronized long capacityBytes() {
    return capacityBytes;
  }

  synchronized long usedBytes() {
    return usedBytes;
  }

  synchronized long callCount() {
    return callCount;
  }

  synchronized long changeCount() {
    return changeCount;
  }

  synchronized List<Path> open(FaultFileSystem by) {
    return open.stream().filter(path -> path.getFileSystem() == by).<Path>map(p -> p).toList();
  }

  synchronized boolean isUsedBy(FaultFileSystem other) {
    return user == other;
  }

  synchronized void resume() {
    resumeCount++;
    notifyAll();
  }

  synchronized void awaitHungCall() throws InterruptedException {
    while (hungCount == 0) {
      wait();
    }
  }

  // ---------------------------------------------------------------------------------------------

  /** Makes a call, unless the fault has something else in mind. */
  private <T> T call(Operation operation, FaultPath path, Body<T> body) throws IOException {
    checkAlive(path);
    callCount++;
    if (operation.isChange()) {
      changeCount++;
    }
    FileCall call = new FileCall(callCount, changeCount, operation, path);
    Effect effect = fault.on(call);
    switch (effect) {
      case CRASH -> throw crash(call, body);
      case ERROR -> throw fail(call, body);
      case HANG -> {
        hang();
        checkAlive(path);
      }
      case NONE, SHORT -> {}
    }
    return body.run(effect);
  }

  private static <T> IOException fail(FileCall call, Body<T> body) throws IOException {
    switch (call.operation()) {
      case WRITE, FORCE, CLOSE -> body.run(Effect.ERROR);
      default -> {}
    }
    return new IOException("injected I/O error at " + call);
  }

  private <T> IOException crash(FileCall call, Body<T> body) {
    IOException crash = new IOException("injected crash of the machine at " + call);
    try {
      body.run(Effect.CRASH);
    } catch (IOException e) {
      crash.addSuppressed(e);
    }
    user = null;
    resume();
    return crash;
  }

  private void checkAlive(FaultPath path) throws IOException {
    if (!isUsedBy(path.getFileSystem())) {
      throw new IOException("the machine has crashed: nothing can be read or written any more");
    }
  }

  private void hang() {
    long resumeCountBefore = resumeCount;
    boolean interrupted = false;
    hungCount++;
    notifyAll();
    while (resumeCount == resumeCountBefore) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    hungCount--;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // ---------------------------------------------------------------------------------------------

  /** Finds a file or directory. */
  synchronized Node lookUp(FaultPath path) throws IOException {
    return call(Operation.LOOK_UP, path, effect -> find(path));
  }

  synchronized void setFileKeys(boolean hasKeys) {
    hasFileKeys = hasKeys;
  }

  synchronized FaultAttributes attributes(FaultPath path) throws IOException {
    return call(Operation.LOOK_UP, path, effect -> FaultAttributes.of(find(path), hasFileKeys));
  }

  private Node find(FaultPath path) throws IOException {
    Node node = root;
    for (String name : path.namesFromRoot()) {
      if (!(node instanceof DirectoryNode directory)) {
        throw new FileSystemException(path.toString(), null, "a file is taken for a directory");
      }
      node = directory.visible.get(name);
      if (node == null) {
        throw new NoSuchFileException(path.toString());
      }
    }
    return node;
  }

  private @Nullable Node findIfThere(FaultPath path) throws IOException {
    try {
      return find(path);
    } catch (NoSuchFileException absent) {
      return null;
    }
  }

  private DirectoryNode parentOf(FaultPath path) throws IOException {
    FaultPath parent = path.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      throw new FileSystemException(path.toString(), null, "the root cannot be changed");
    }
    if (find(parent) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new FileSystemException(path.toString(), null, "a file is taken for a directory");
  }

  private Entry entry(FaultPath path, @Nullable Node node) throws IOException {
    List<String> names = path.namesFromRoot();
    DirectoryNode parent = parentOf(path);
    return new Entry(parent, names.get(names.size() - 1), node);
  }

  private void checkAbsent(FaultPath path) throws IOException {
    if (findIfThere(path) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
  }

  /** Opens a file, or a directory to be synced. */
  synchronized Node open(FaultPath path, Set<? extends OpenOption> options) throws IOException {
    boolean writes =
        options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND);
    boolean isNew = writes && options.contains(StandardOpenOption.CREATE_NEW);
    boolean creates = isNew || (writes && options.contains(StandardOpenOption.CREATE));
    Node found = findIfThere(path);
    Operation operation = creates && found == null ? Operation.CREATE : Operation.OPEN;
    return call(
        operation,
        path,
        effect -> {
          if (isNew && found != null) {
            throw new FileAlreadyExistsException(path.toString());
          }
          Node node = found != null ? found : created(path, creates);
          if (node instanceof FileNode file) {
            if (writes && options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
              resize(file, 0);
            }
            file.opened(effect == Effect.CRASH ? 0 : 1);
          } else if (writes) {
            throw new FileSystemException(path.toString(), null, "a directory is taken for a file");
          }
          if (effect != Effect.CRASH) {
            open.add(path);
          }
          return node;
        });
  }

  private FileNode created(FaultPath path, boolean creates) throws IOException {
    if (!creates) {
      throw new NoSuchFileException(path.toString());
    }
    FileNode file = new FileNode();
    Entry entry = entry(path, file);
    takeRoom(path);
    file.linked(1);
    changes.make(List.of(entry));
    return file;
  }

  private void takeRoom(FaultPath path) throws IOException {
    if (capacityBytes - usedBytes < ENTRY_SIZE_BYTES) {
      throw noSpace(path);
    }
    usedBytes += ENTRY_SIZE_BYTES;
  }

  private static FileSystemException noSpace(FaultPath path) {
    return new FileSystemException(path.toString(), null, "No space left on device");
  }

  /** Closes a file, whatever happens to the call. */
  synchronized void close(FaultPath path, Node node) throws IOException {
    open.remove(path);
    if (node instanceof FileNode file) {
      file.opened(-1);
      freeIfUnused(file);
    }
    if (isUsedBy(path.getFileSystem())) {
      call(Operation.CLOSE, path, effect -> effect);
    }
  }

  private void freeIfUnused(FileNode file) {
    if (!file.isInUse()) {
      usedBytes -= file.size();
    }
  }

  /** Reads up to what the buffer has room for; -1 at the end of the file. */
  synchronized int read(FaultPath path, FileNode file, long position, ByteBuffer target)
      throws IOException {
    return call(
        Operation.READ,
        path,
        effect -> {
          if (position >= file.size()) {
            return -1;
          }
          int length = Math.min(target.remaining(), file.size() - (int) position);
          return file.read((int) position, target, transferred(effect, length));
        });
  }

  private static int transferred(Effect effect, int length) {
    return effect == Effect.SHORT || effect == Effect.ERROR ? (length + 1) / 2 : length;
  }

  /**
   * Writes up to all that the buffer has.
   *
   * @param position where to, or -1 for the end of the file
   * @return the position behind what was written
   */
  synchronized long write(FaultPath path, FileNode file, long position, ByteBuffer source)
      throws IOException {
    return call(
        Operation.WRITE,
        path,
        effect -> {
          long start = position < 0 ? file.size() : position;
          int length = transferred(effect, source.remaining());
          if (start + length > Integer.MAX_VALUE) {
            throw new FileSystemException(path.toString(), null, "files are limited to 2 GiB");
          }
          long missing = Math.max(0, start + length - file.size()) - (capacityBytes - usedBytes);
          if (missing > 0) {
            length -= (int) Math.min(missing, length);
          }
          if (length == 0 && source.hasRemaining()) {
            throw noSpace(path);
          }
          byte[] bytes = new byte[length];
          source.get(bytes);
          usedBytes += Math.max(0, start + length - file.size());
          file.write((int) start, bytes);
          return start + length;
        });
  }

  synchronized int size(FaultPath path, FileNode file) throws IOException {
    return call(Operation.SIZE, path, effect -> file.size());
  }

  synchronized void truncate(FaultPath path, FileNode file, long size) throws IOException {
    call(
        Operation.TRUNCATE,
        path,
        effect -> {
          if (size < file.size()) {
            resize(file, (int) size);
          }
          return file;
        });
  }

  private void resize(FileNode file, int size) {
    usedBytes += size - file.size();
    file.truncate(size);
  }

  /** Makes a file's bytes, or a directory's entries, durable. */
  synchronized void force(FaultPath path, Node node) throws IOException {
    call(
        Operation.FORCE,
        path,
        effect -> {
          if (effect == Effect.NONE || effect == Effect.SHORT || effect == Effect.HANG) {
            node.sync();
          } else if (effect == Effect.ERROR && node instanceof FileNode file) {
            file.failToSync();
          }
          return node;
        });
  }

  synchronized boolean lock(FaultPath path, FileNode file) throws IOException {
    return call(Operation.LOCK, path, effect -> file.lock(path.getFileSystem()));
  }

  synchronized void unlock(FaultPath path, FileNode file) {
    file.unlock(path.getFileSystem());
  }

  synchronized List<String> list(FaultPath path) throws IOException {
    return call(
        Operation.LIST,
        path,
        effect -> {
          if (find(path) instanceof DirectoryNode directory) {
            return new ArrayList<>(directory.visible.keySet());
          }
          throw new NotDirectoryException(path.toString());
        });
  }

  synchronized void createDirectory(FaultPath path) throws IOException {
    call(
        Operation.CREATE_DIRECTORY,
        path,
        effect -> {
          checkAbsent(path);
          Entry entry = entry(path, new DirectoryNode(changes));
          takeRoom(path);
          changes.make(List.of(entry));
          return entry;
        });
  }

  synchronized void link(FaultPath link, FaultPath existing) throws IOException {
    call(
        Operation.LINK,
        link,
        effect -> {
          checkAbsent(link);
          if (!(find(existing) instanceof FileNode file)) {
            throw new FileSystemException(existing.toString(), null, "a directory has one name");
          }
          Entry entry = entry(link, file);
          takeRoom(link);
          file.linked(1);
          changes.make(List.of(entry));
          return entry;
        });
  }

  synchronized void rename(FaultPath source, FaultPath target, boolean replace) throws IOException {
    call(
        Operation.RENAME,
        target,
        effect -> {
          Node node = find(source);
          Node replaced = findIfThere(target);
          if (node == replaced) {
            return node;
          }
          if (replaced != null && !replace) {
            throw new FileAlreadyExistsException(target.toString());
          }
          if (target.toAbsolutePath().normalize().startsWith(source.toAbsolutePath().normalize())) {
            throw new FileSystemException(
                source.toString(), target.toString(), "a directory cannot be moved into itself");
          }
          if (replaced != null) {
            checkRemovable(target, replaced);
          }
          changes.make(List.of(entry(source, null), entry(target, node)));
          if (replaced != null) {
            removed(replaced);
          }
          return node;
        });
  }

  synchronized void delete(FaultPath path) throws IOException {
    call(
        Operation.DELETE,
        path,
        effect -> {
          Node node = find(path);
          checkRemovable(path, node);
          changes.make(List.of(entry(path, null)));
          removed(node);
          return node;
        });
  }

  private static void checkRemovable(FaultPath path, Node node) throws IOException {
    if (node instanceof DirectoryNode directory && !directory.visible.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
  }

  private void removed(Node node) {
    usedBytes -= ENTRY_SIZE_BYTES;
    if (node instanceof FileNode file) {
      file.linked(-1);
      freeIfUnused(file);
    }
  }
}
