// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Text from a stream that can be read once and keeps its reader waiting, such as standard input.
 *
 * <p>A thread of its own reads ahead, so that a source can look whether there is something to read
 * and take its snapshot while there is not.
 */
final class StandardInput implements TextInput {
  private static final String NAME = "standard input";
  private static final int CHUNK_COUNT_MAX = 8;
  private static final int CHUNK_SIZE_BYTES = 1 << 16;
  private static final long READY_WAIT_MILLIS = 10;

  private final InputStream in;
  private @Nullable Chunks chunks;

  StandardInput(InputStream in) {
    this.in = in;
  }

  @Override
  public List<String> files() {
    return List.of(NAME);
  }

  @Override
  public InputStream open(String file) {
    return chunks();
  }

  private synchronized Chunks chunks() {
    if (chunks == null) {
      chunks = new Chunks();
      Thread reader = new Thread(new Pump(in, chunks.queue), "word-count-standard-input");
      reader.setDaemon(true);
      reader.start();
    }
    return chunks;
  }

  @Override
  public boolean isRepeatable() {
    return false;
  }

  @Override
  public boolean isReady() throws InterruptedException {
    return chunks().isReady();
  }

  @Override
  public String identity() {
    return NAME;
  }

  /**
   * A piece of what was read.
   *
   * @param bytes the bytes; none at the end
   * @param failure why the end came early, or {@code null}
   */
  private record Chunk(ByteBuffer bytes, @Nullable IOException failure) {}

  /** Reads chunks until the end, or until nobody takes them. */
  private record Pump(InputStream in, BlockingQueue<Chunk> queue) implements Runnable {
    @Override
    public void run() {
      try {
        boolean isAtEnd;
        do {
          Chunk chunk = read();
          isAtEnd = !chunk.bytes.hasRemaining();
          queue.put(chunk);
        } while (!isAtEnd);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private Chunk read() {
      byte[] buffer = new byte[CHUNK_SIZE_BYTES];
      try {
        int length = in.read(buffer);
        return new Chunk(ByteBuffer.wrap(buffer, 0, Math.max(0, length)), null);
      } catch (IOException e) {
        return new Chunk(ByteBuffer.allocate(0), e);
      }
    }
  }

  /** The chunks as a stream. */
  private static final class Chunks extends InputStream {
    private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNK_COUNT_MAX);
    private @Nullable Chunk current;

    boolean isReady() throws InterruptedException {
      if (current == null) {
        current = queue.poll(READY_WAIT_MILLIS, TimeUnit.MILLISECONDS);
      }
      return current != null;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      Chunk chunk = current();
      if (chunk.failure != null) {
        throw new IOException("cannot read standard input", chunk.failure);
      }
      if (!chunk.bytes.hasRemaining()) {
        return -1;
      }
      int count = Math.min(length, chunk.bytes.remaining());
      chunk.bytes.get(target, offset, count);
      if (!chunk.bytes.hasRemaining()) {
        current = null;
      }
      return count;
    }

    private Chunk current() throws InterruptedIOException {
      Chunk chunk = current;
      try {
        if (chunk == null) {
          chunk = queue.take();
          current = chunk;
        }
        return chunk;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for standard input");
      }
    }
  }
}
