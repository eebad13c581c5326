// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.OperatorStateBackend;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a text once or several times and goes on where the restored checkpoint stands. Its position
 * is operator state: a list with the one element of the one source.
 *
 * <p>Belongs to one thread.
 */
final class WordSource implements AutoCloseable {
  private static final ListStateDescriptor<SourcePosition> POSITIONS =
      ListStateDescriptor.of("positions", SourcePosition.SERIALIZER);

  private final TextInput input;
  private final int repeat;
  private final ListState<SourcePosition> positions;
  private SourcePosition position;

  /** The current file, or {@code null} between two files. */
  private @Nullable LineReader reader;

  /**
   * Begins where the restored checkpoint stands, or at the start.
   *
   * @throws IncompatibleStateException if the checkpoint is of another input, or read it more often
   */
  WordSource(OperatorStateBackend state, TextInput input, int repeat) {
    this.input = input;
    this.repeat = repeat;
    positions = state.splitList(POSITIONS);
    List<SourcePosition> restored = positions.get();
    position = restored.isEmpty() ? SourcePosition.startOf(input) : restored.get(0);
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
  }

  SourcePosition position() {
    return position;
  }

  boolean isAtEnd() {
    return position.round() >= repeat;
  }

  /** Makes the position part of the snapshot that is taken next. */
  void savePosition() {
    positions.update(List.of(position));
  }

  /**
   * Returns the words of the next line.
   *
   * @return the words; none if the line has none, or if the input is not ready or at its end
   * @throws UncheckedIOException if reading fails
   * @throws InterruptedException if interrupted while waiting for input
   */
  List<String> nextWords() throws InterruptedException {
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
