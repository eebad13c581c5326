// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.OpenOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An open file, or a directory opened to be synced. */
final class FaultFileChannel extends FileChannel {
  private final Disk disk;
  private final FaultPath path;
  private final Node node;
  private final boolean reads;
  private final boolean writes;
  private final boolean appends;
  private final boolean deletesOnClose;

  /** Held by the calls that use the position. */
  private final Object positioning = new Object();

  /** Guarded by {@code positioning}. */
  private long position;

  private final Object calls = new Object();

  /** The calls that are under way; closing waits for them. Guarded by {@code calls}. */
  private int callCount;

  /** Guarded by {@code calls}. */
  private @Nullable Lock lock;

  private interface Call<T> {
    T run() throws IOException;
  }

  private FaultFileChannel(
      Disk disk, FaultPath path, Node node, Set<? extends OpenOption> options) {
    this.disk = disk;
    this.path = path;
    this.node = node;
    this.appends = options.contains(StandardOpenOption.APPEND);
    this.writes = appends || options.contains(StandardOpenOption.WRITE);
    this.reads = !writes || options.contains(StandardOpenOption.READ);
    this.deletesOnClose = options.contains(StandardOpenOption.DELETE_ON_CLOSE);
  }

  static FaultFileChannel open(Disk disk, FaultPath path, Set<? extends OpenOption> options)
      throws IOException {
    return new FaultFileChannel(disk, path, disk.open(path, options), options);
  }

  private <T> T call(Call<T> call) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    boolean completed = false;
    try {
      begin();
      counted(1);
      if (!isOpen()) {
        throw new ClosedChannelException();
      }
      T result = call.run();
      completed = true;
      return result;
    } finally {
      counted(-1);
      end(completed);
    }
  }

  private void counted(int change) {
    synchronized (calls) {
      callCount += change;
      calls.notifyAll();
    }
  }

  private FileNode file() throws IOException {
    if (node instanceof FileNode file) {
      return file;
    }
    throw new FileSystemException(path.toString(), null, "a directory is taken for a file");
  }

  private void checkReads() {
    if (!reads) {
      throw new NonReadableChannelException();
    }
  }

  private void checkWrites() {
    if (!writes) {
      throw new NonWritableChannelException();
    }
  }

  private static void checkNotNegative(long value) {
    if (value < 0) {
      throw new IllegalArgumentException("a position or size is not negative: " + value);
    }
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    checkReads();
    synchronized (positioning) {
      int count = call(() -> disk.read(path, file(), position, target));
      position += Math.max(0, count);
      return count;
    }
  }

  @Override
  public int read(ByteBuffer target, long at) throws IOException {
    checkReads();
    checkNotNegative(at);
    return call(() -> disk.read(path, file(), at, target));
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      while (targets[i].hasRemaining()) {
        int count = read(targets[i]);
        if (count < 0) {
          return total == 0 ? -1 : total;
        }
        total += count;
      }
    }
    return total;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    checkWrites();
    synchronized (positioning) {
      int before = source.position();
      position = call(() -> disk.write(path, file(), appends ? -1 : position, source));
      return source.position() - before;
    }
  }

  @Override
  public int write(ByteBuffer source, long at) throws IOException {
    checkWrites();
    checkNotNegative(at);
    int before = source.position();
    long unused = call(() -> disk.write(path, file(), appends ? -1 : at, source));
    return source.position() - before;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    long total = 0;
    for (int i = offset; i < offset + length; i++) {
      while (sources[i].hasRemaining()) {
        total += write(sources[i]);
      }
    }
    return total;
  }

  @Override
  public long position() throws IOException {
    synchronized (positioning) {
      return call(() -> position);
    }
  }

  @Override
  public FileChannel position(long newPosition) throws IOException {
    checkNotNegative(newPosition);
    synchronized (positioning) {
      position = call(() -> newPosition);
      return this;
    }
  }

  @Override
  public long size() throws IOException {
    return call(() -> disk.size(path, file()));
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    checkWrites();
    checkNotNegative(size);
    synchronized (positioning) {
      position =
          call(
              () -> {
                disk.truncate(path, file(), size);
                return Math.min(position, size);
              });
      return this;
    }
  }

  @Override
  public void force(boolean metaData) throws IOException {
    call(
        () -> {
          disk.force(path, node);
          return node;
        });
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
    checkReads();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, 8 << 10));
    int read = read(buffer, from);
    if (read <= 0) {
      return 0;
    }
    return target.write(buffer.flip());
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
    checkWrites();
    ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(count, 8 << 10));
    if (source.read(buffer) <= 0) {
      return 0;
    }
    buffer.flip();
    long total = 0;
    while (buffer.hasRemaining()) {
      total += write(buffer, at + total);
    }
    return total;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long size) {
    throw new UnsupportedOperationException(
        "a FaultFileSystem has no mapped files: changes to them are not calls that can fail");
  }

  @Override
  public FileLock lock(long from, long size, boolean shared) throws IOException {
    return tryLock(from, size, shared);
  }

  /** Locks the whole file for this channel alone, whatever range is asked for. */
  @Override
  public FileLock tryLock(long from, long size, boolean shared) throws IOException {
    return call(
        () -> {
          if (!disk.lock(path, file())) {
            throw new OverlappingFileLockException();
          }
          Lock acquired = new Lock(this, from, size, shared);
          synchronized (calls) {
            lock = acquired;
          }
          return acquired;
        });
  }

  private void release(Lock released) throws IOException {
    synchronized (calls) {
      if (lock == released) {
        lock = null;
        disk.unlock(path, file());
      }
    }
  }

  /** A lock on a whole file. */
  private static final class Lock extends FileLock {
    private final FaultFileChannel channel;

    Lock(FaultFileChannel channel, long from, long size, boolean shared) {
      super(channel, from, size, shared);
      this.channel = channel;
    }

    @Override
    public boolean isValid() {
      synchronized (channel.calls) {
        return channel.lock == this && channel.isOpen();
      }
    }

    @Override
    public void release() throws IOException {
      channel.release(this);
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    boolean interrupted = false;
    synchronized (calls) {
      while (callCount > 0) {
        try {
          calls.wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (lock != null) {
        release(lock);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    disk.close(path, node);
    if (deletesOnClose) {
      disk.delete(path);
    }
  }
}
