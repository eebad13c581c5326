// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.runtime.Source;
import io.statebackend.runtime.SourceOutput;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The words of a text that is read once or several times: a single partition. */
final class WordSource implements Source<String, SourcePosition> {
  private static final String PARTITION = "text";

  private final TextInput input;
  private final int repeat;
  private final JobProgress progress;
  private final Runnable onEnd;
  private volatile long wordsRead;

  /**
   * Creates the source.
   *
   * @param onEnd what is done when the end has come
   */
  WordSource(TextInput input, int repeat, JobProgress progress, Runnable onEnd) {
    this.input = input;
    this.repeat = repeat;
    this.progress = progress;
    this.onEnd = onEnd;
  }

  /** Returns the number of words that were read, those before a restart included, at the end. */
  long wordsRead() {
    return wordsRead;
  }

  @Override
  public TypeSerializer<SourcePosition> positionSerializer() {
    return SourcePosition.SERIALIZER;
  }

  @Override
  public List<String> partitions() {
    return List.of(PARTITION);
  }

  /**
   * Begins where the restored checkpoint stands, or at the start.
   *
   * @throws IncompatibleStateException if the checkpoint is of another input, or read it more often
   */
  @Override
  public TextReader open(List<String> partitions, Map<String, SourcePosition> positions) {
    SourcePosition position = positions.getOrDefault(PARTITION, SourcePosition.startOf(input));
    if (!position.input().equals(input.identity())) {
      throw new IncompatibleStateException(
          "the checkpoint counts another input: expected=%s, actual=%s; give the same input, another checkpoint directory, or start afresh"
              .formatted(position.input(), input.identity()));
    }
    if (position.roundsBegun() > repeat) {
      throw new IncompatibleStateException(
          "the checkpoint counts the input more often than wanted: expected=%d times at most, actual=%d times begun; repeat it more often, give another checkpoint directory, or start afresh"
              .formatted(repeat, position.roundsBegun()));
    }
    TextReader reader = new TextReader(position);
    progress.began(position, reader.isAtEnd());
    return reader;
  }

  /** Reads the text and knows where it is. */
  final class TextReader implements Source.Reader<String, SourcePosition> {
    private SourcePosition position;

    /** The current file, or {@code null} between two files. */
    private @Nullable LineReader reader;

    private TextReader(SourcePosition position) {
      this.position = position;
    }

    private boolean isAtEnd() {
      return position.round() >= repeat;
    }

    @Override
    public Status read(SourceOutput<String> output) throws InterruptedException {
      if (isAtEnd()) {
        wordsRead = position.words();
        onEnd.run();
        return Status.END;
      }
      nextWords().forEach(output::emit);
      progress.reached(position);
      return Status.READ;
    }

    @Override
    public Map<String, SourcePosition> positions() {
      progress.snapshotTaken(position);
      return Map.of(PARTITION, position);
    }

    /**
     * Returns the words of the next line.
     *
     * @return the words; none if the line has none, or if the input is not ready or at its end
     * @throws UncheckedIOException if reading fails
     * @throws InterruptedException if interrupted while waiting for input
     */
    private List<String> nextWords() throws InterruptedException {
      try {
        if (reader == null) {
          reader = openCurrentFile();
        }
        if (!reader.hasLine() && !input.isReady()) {
          return List.of();
        }
        String line = reader.next();
        if (line == null) {
          leaveFile();
          return List.of();
        }
        List<String> words = Words.of(line);
        position = position.afterLine(reader.offset(), words.size());
        return words;
      } catch (EOFException e) {
        throw new UncheckedIOException(
            "the input is shorter than what was counted of it: file=%s, counted=%d bytes; give the same input, another checkpoint directory, or start afresh"
                .formatted(position.file(), position.offset()),
            e);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "cannot read the input: file=%s, offset=%d, reason=%s"
                .formatted(position.file(), position.offset(), e),
            e);
      }
    }

    private LineReader openCurrentFile() throws IOException {
      if (position.file().isEmpty()) {
        position = position.inFile(input.files().get(0));
      }
      return LineReader.open(input.open(position.file()), position.offset());
    }

    private void leaveFile() throws IOException {
      close();
      int next = input.files().indexOf(position.file()) + 1;
      position =
          next < input.files().size()
              ? position.inFile(input.files().get(next))
              : position.inNextRound();
    }

    @Override
    public void close() {
      LineReader open = reader;
      reader = null;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          throw new UncheckedIOException("cannot close file " + position.file(), e);
        }
      }
    }
  }
}
