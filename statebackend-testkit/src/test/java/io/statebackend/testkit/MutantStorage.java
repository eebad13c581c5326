// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The storage of files with one fault built in, of the kind that storages have had. */
final class MutantStorage implements CheckpointStorage {

  /** What is wrong with a mutant. */
  enum Fault {
    /** What is written to a file is not synced. */
    FSYNC_SKIPPED,
    /** A file appears under its name, and is synced afterwards. */
    RENAMED_BEFORE_SYNC,
    /** The names of files are not synced. */
    DIRECTORY_SYNC_SKIPPED,
    /** The checkpoint before is deleted, then the new one is published. */
    DELETED_BEFORE_COMMIT,
    /** The last bytes of a file are lost that do not fill a block. */
    LAST_BLOCK_LOST,
    /** A file that is there is replaced by a new one of its name. */
    FILE_NAME_REUSED,
    /** What lies behind the end of a file is read as zeros. */
    END_OF_FILE_SWALLOWED,
    /** A checkpoint is published by writing its metadata under its name. */
    PUBLISHED_IN_PLACE,
    /** Whatever is read has the checksum that it should have. */
    CHECKSUM_SWALLOWED,
    /** A file that was read stays open. */
    FILE_LEFT_OPEN,
    /** To delete what is not there any more is an error. */
    DELETION_NOT_REPEATABLE,
    /** A directory stays when the last of its files is deleted. */
    EMPTY_DIRECTORY_KEPT,
    /** A file that an interrupted thread has read cannot be read any more. */
    INPUT_LOST_BY_INTERRUPT,
    /** Nothing tells that two coordinators use the same place. */
    PLACE_NOT_TOLD,
    /** What was once in a directory is listed for good. */
    LISTING_STALE
  }

  private static final int BLOCK_SIZE_BYTES = 64;

  private final CheckpointStorage intact;
  private final Path directory;
  private final Fault fault;

  /** What a stale listing knows of directories. */
  private final Map<String, Set<String>> listed = new ConcurrentHashMap<>();

  MutantStorage(Path directory, Fault fault) {
    this.intact = FileCheckpointStorage.open(directory);
    this.directory = directory;
    this.fault = fault;
  }

  @Override
  public String location() {
    return intact.location();
  }

  @Override
  public Object place() {
    return fault == Fault.PLACE_NOT_TOLD ? new Object() : intact.place();
  }

  @Override
  public StorageOutput create(String file) {
    return switch (fault) {
      case FSYNC_SKIPPED, RENAMED_BEFORE_SYNC, LAST_BLOCK_LOST -> new MutantOutput(file);
      case FILE_NAME_REUSED -> {
        intact.delete(file);
        yield intact.create(file);
      }
      default -> intact.create(file);
    };
  }

  @Override
  public void publish(String file, byte[] content) {
    switch (fault) {
      case FSYNC_SKIPPED, RENAMED_BEFORE_SYNC -> {
        try (StorageOutput output = create(file)) {
          output.write(content, 0, content.length);
          output.commit();
        }
        syncDirectoriesOf(file);
      }
      case DIRECTORY_SYNC_SKIPPED -> {
        try (StorageOutput output = intact.create(file)) {
          output.write(content, 0, content.length);
          output.commit();
        }
      }
      case PUBLISHED_IN_PLACE -> {
        write(file, content, true);
        syncDirectoriesOf(file);
      }
      case DELETED_BEFORE_COMMIT -> {
        for (String other : intact.list("")) {
          if (other.startsWith("chk-") && !file.startsWith(other + "/")) {
            intact.delete(other);
          }
        }
        intact.publish(file, content);
      }
      default -> intact.publish(file, content);
    }
  }

  private void write(String file, byte[] content, boolean syncs) {
    Path path = directory.resolve(file);
    try {
      Files.createDirectories(path.getParent());
      try (FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(content));
        if (syncs) {
          channel.force(true);
        }
      }
    } catch (IOException e) {
      throw new StateIoException("cannot write: file=" + path, e);
    }
  }

  private void syncDirectoriesOf(String file) {
    try {
      for (Path at = directory.resolve(file).getParent(); at != null; at = at.getParent()) {
        force(at);
      }
    } catch (IOException e) {
      throw new StateIoException("cannot sync: file=" + file, e);
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      channel.force(true);
    }
  }

  /** Writes a file when it is committed. */
  private final class MutantOutput implements StorageOutput {
    private final String file;
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();

    MutantOutput(String file) {
      this.file = file;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      content.write(bytes, offset, length);
    }

    @Override
    public void commit() {
      byte[] bytes = content.toByteArray();
      if (fault == Fault.LAST_BLOCK_LOST) {
        bytes = Arrays.copyOf(bytes, bytes.length / BLOCK_SIZE_BYTES * BLOCK_SIZE_BYTES);
      }
      MutantStorage.this.write(file + ".new", bytes, fault == Fault.LAST_BLOCK_LOST);
      Path path = directory.resolve(file);
      try {
        Files.move(directory.resolve(file + ".new"), path, StandardCopyOption.ATOMIC_MOVE);
        if (fault == Fault.RENAMED_BEFORE_SYNC) {
          force(path.getParent());
          force(path);
        }
      } catch (IOException e) {
        throw new StateIoException("cannot commit: file=" + path, e);
      }
    }

    @Override
    public void close() {}
  }

  @Override
  public StorageInput open(String file) {
    StorageInput in = intact.open(file);
    return switch (fault) {
      case END_OF_FILE_SWALLOWED -> new EndlessInput(in);
      case CHECKSUM_SWALLOWED -> new BytesInput(sealed(file, in));
      case INPUT_LOST_BY_INTERRUPT -> new InterruptedInput(in);
      case FILE_LEFT_OPEN -> {
        leaveOpen(directory.resolve(file));
        yield in;
      }
      default -> in;
    };
  }

  private static void leaveOpen(Path path) {
    try {
      Object unused = FileChannel.open(path);
    } catch (IOException e) {
      throw new StateIoException("cannot open: file=" + path, e);
    }
  }

  /** Reads a file as it would be if what it says were what was written. */
  private byte[] sealed(String file, StorageInput in) {
    byte[] bytes = readAll(in);
    if (file.endsWith(".snapshot")) {
      SealedSnapshot snapshot = new SealedSnapshot(bytes);
      snapshot.seal();
    } else if (file.endsWith("/_metadata")) {
      String checkpoint = file.substring(0, file.lastIndexOf('/') + 1);
      for (String name : intact.list(checkpoint.substring(0, checkpoint.length() - 1))) {
        if (name.endsWith(".snapshot")) {
          byte[] snapshot = sealed(checkpoint + name, intact.open(checkpoint + name));
          bytes = new SealedMetadata(bytes).withFile(name, snapshot);
        }
      }
    }
    return bytes;
  }

  private static byte[] readAll(StorageInput in) {
    try (in) {
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      return bytes;
    }
  }

  private static final class BytesInput implements StorageInput {
    private final byte[] bytes;

    BytesInput(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public long length() {
      return bytes.length;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      if (position + length > bytes.length) {
        throw new CorruptStateException("read past the end", "in memory", position);
      }
      System.arraycopy(bytes, (int) position, target, offset, length);
    }

    @Override
    public void close() {}
  }

  private static final class InterruptedInput implements StorageInput {
    private final StorageInput intact;
    private volatile boolean isLost;

    InterruptedInput(StorageInput intact) {
      this.intact = intact;
    }

    @Override
    public long length() {
      return intact.length();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      isLost |= Thread.currentThread().isInterrupted();
      if (isLost) {
        throw new StateIoException("cannot read file a: closed by an interrupt");
      }
      intact.read(position, target, offset, length);
    }

    @Override
    public void close() {
      intact.close();
    }
  }

  private record EndlessInput(StorageInput intact) implements StorageInput {
    @Override
    public long length() {
      return intact.length();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      try {
        intact.read(position, target, offset, length);
      } catch (CorruptStateException e) {
        Arrays.fill(target, offset, offset + length, (byte) 0);
      }
    }

    @Override
    public void close() {
      intact.close();
    }
  }

  @Override
  public List<String> list(String path) {
    if (fault != Fault.LISTING_STALE || path.isEmpty()) {
      return intact.list(path);
    }
    Set<String> names = listed.computeIfAbsent(path, absent -> ConcurrentHashMap.newKeySet());
    names.addAll(intact.list(path));
    return List.copyOf(names);
  }

  @Override
  public void delete(String path) {
    if (fault == Fault.DELETION_NOT_REPEATABLE && Files.notExists(directory.resolve(path))) {
      throw new StateIoException("cannot delete: file=" + path, new NoSuchFileException(path));
    }
    intact.delete(path);
    Path parent = directory.resolve(path).getParent();
    if (fault == Fault.EMPTY_DIRECTORY_KEPT && !parent.equals(directory)) {
      try {
        Files.createDirectories(parent);
      } catch (IOException e) {
        throw new StateIoException("cannot create: directory=" + parent, e);
      }
    }
  }

  @Override
  public void close() {
    intact.close();
  }
}
