// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.DirectoryLock;
import io.statebackend.core.serialization.Serializers;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Writes records into files, each exactly once. For each checkpoint each subtask that has something
 * to write makes one part file, {@code part-<subtask>-<checkpoint>}. It appears under this name
 * when the checkpoint is complete, and never changes; until then it is a hidden file, {@code
 * .part-...~}, which is deleted after a crash if no checkpoint has it.
 *
 * <p>The directory belongs to the sink: a lock file in it keeps others out. Readers look at the
 * part files only, and leave each where it is until the next checkpoint is complete: a restart
 * looks for it.
 *
 * @param <T> the type of the records
 */
public final class FileSink<T> implements Sink<T, FileSink.PartFile> {
  private static final String HIDDEN_PREFIX = ".part-";
  private static final String HIDDEN_SUFFIX = "~";

  private final Path directory;
  private final Function<? super T, byte[]> encoder;
  private @Nullable DirectoryLock lock;
  private volatile boolean isRecovered;

  /**
   * A part file that was written and does not show before it is committed.
   *
   * @param hidden its name before
   * @param name its name afterwards
   * @param length its length in bytes
   */
  public record PartFile(String hidden, String name, long length) {}

  private FileSink(Path directory, Function<? super T, byte[]> encoder) {
    this.directory = requireNonNull(directory, "directory");
    this.encoder = requireNonNull(encoder, "encoder");
  }

  /**
   * Creates a sink that writes lines of text in UTF-8.
   *
   * @param directory where the part files go; created if it is not there
   * @param line makes the line of a record, without its end
   * @param <T> the type of the records
   * @return the sink
   */
  public static <T> FileSink<T> lines(Path directory, Function<? super T, String> line) {
    requireNonNull(line, "line");
    return new FileSink<>(
        directory, record -> (line.apply(record) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Creates a sink that writes bytes.
   *
   * @param directory where the part files go; created if it is not there
   * @param encoder makes the bytes of a record, all that is written of it
   * @param <T> the type of the records
   * @return the sink
   */
  public static <T> FileSink<T> bytes(Path directory, Function<? super T, byte[]> encoder) {
    return new FileSink<>(directory, encoder);
  }

  @Override
  public TypeSerializer<PartFile> preparedSerializer() {
    return Serializers.record(PartFile.class);
  }

  /**
   * {@inheritDoc}
   *
   * @throws io.statebackend.api.StateLockedException if another sink uses the directory
   * @throws CorruptStateException if a part file that was prepared is gone, or has another length
   */
  @Override
  public synchronized void recover(List<PartFile> prepared) {
    try {
      Files.createDirectories(directory);
      if (lock == null) {
        lock =
            DirectoryLock.acquire(
                directory.toRealPath(),
                "directory of a file sink is in use by another one",
                "stop that job, or give each sink a directory of its own");
      }
      prepared.forEach(this::commit);
      try (DirectoryStream<Path> left =
          Files.newDirectoryStream(directory, HIDDEN_PREFIX + "*" + HIDDEN_SUFFIX)) {
        for (Path file : left) {
          Files.delete(file);
        }
      }
      isRecovered = true;
    } catch (IOException e) {
      throw failed("cannot begin to write part files", e);
    }
  }

  @Override
  public Writer<T, PartFile> open(int subtask) {
    if (!isRecovered) {
      throw new IllegalStateException(
          "the file sink in %s was not recovered: part files that were prepared would not be committed"
              .formatted(directory));
    }
    return new PartWriter(subtask);
  }

  @Override
  public void commit(PartFile prepared) {
    Path hidden = directory.resolve(prepared.hidden());
    Path shown = directory.resolve(prepared.name());
    try {
      Path found = Files.exists(hidden) ? hidden : shown;
      if (!Files.exists(found) || Files.size(found) != prepared.length()) {
        throw new CorruptStateException(
            "a part file that a checkpoint has prepared is gone or damaged: expected length=%d, actual=%s; its records are lost"
                .formatted(
                    prepared.length(),
                    Files.exists(found) ? String.valueOf(Files.size(found)) : "no file"),
            shown.toString(),
            0);
      }
      if (found == hidden) {
        Files.move(hidden, shown, StandardCopyOption.ATOMIC_MOVE);
        syncDirectory();
      }
    } catch (IOException e) {
      throw failed("cannot commit part file " + prepared.name(), e);
    }
  }

  private void syncDirectory() throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private StateIoException failed(String what, IOException e) {
    return new StateIoException("%s: directory=%s, reason=%s".formatted(what, directory, e), e);
  }

  @Override
  public synchronized void close() {
    isRecovered = false;
    DirectoryLock held = lock;
    lock = null;
    if (held != null) {
      held.close();
    }
  }

  /** Writes the part files of one subtask. */
  private final class PartWriter implements Writer<T, PartFile> {
    private final int subtask;
    private @Nullable Path file;
    private @Nullable FileChannel channel;
    private @Nullable OutputStream out;
    private int count;

    PartWriter(int subtask) {
      this.subtask = subtask;
    }

    @Override
    public void write(T record) {
      try {
        out().write(encoder.apply(record));
      } catch (IOException e) {
        throw failed("cannot write into a part file of subtask " + subtask, e);
      }
    }

    private OutputStream out() throws IOException {
      OutputStream current = out;
      if (current == null) {
        file =
            directory.resolve(
                HIDDEN_PREFIX + subtask + "-" + count++ + "-" + System.nanoTime() + HIDDEN_SUFFIX);
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        current = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        out = current;
      }
      return current;
    }

    @Override
    public @Nullable PartFile prepare(long checkpointId) {
      Path written = file;
      if (written == null) {
        return null;
      }
      try (FileChannel ended = requireNonNull(channel)) {
        requireNonNull(out).flush();
        ended.force(true);
        syncDirectory();
        PartFile part =
            new PartFile(
                String.valueOf(written.getFileName()),
                "part-%05d-%010d".formatted(subtask, checkpointId),
                ended.size());
        file = null;
        channel = null;
        out = null;
        return part;
      } catch (IOException e) {
        throw failed("cannot make a part file of subtask " + subtask + " durable", e);
      }
    }

    @Override
    public void close() {
      Path abandoned = file;
      FileChannel open = channel;
      file = null;
      out = null;
      channel = null;
      if (open != null && abandoned != null) {
        try (open) {
          Files.deleteIfExists(abandoned);
        } catch (IOException e) {
          throw failed("cannot give up a part file of subtask " + subtask, e);
        }
      }
    }
  }
}
