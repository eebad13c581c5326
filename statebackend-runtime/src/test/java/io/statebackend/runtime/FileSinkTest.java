// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateLockedException;
import io.statebackend.runtime.FileSink.PartFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileSinkTest {
  @TempDir private Path directory;
  private FileSink<String> sink;

  private FileSink<String> start(PartFile... prepared) {
    sink = FileSink.lines(directory, line -> line);
    sink.recover(List.of(prepared));
    return sink;
  }

  @AfterEach
  void close() {
    if (sink != null) {
      sink.close();
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.equals("_lock"))
          .sorted()
          .toList();
    }
  }

  private static PartFile write(FileSink<String> sink, int subtask, long id, String... lines) {
    try (var writer = sink.open(subtask)) {
      for (String line : lines) {
        writer.write(line);
      }
      return writer.prepare(id);
    }
  }

  @Test
  void commit_showsThePart_andTwiceIsHarmless() throws IOException {
    PartFile part = write(start(), 3, 7, "a", "b");
    assertThat(names()).singleElement().asString().startsWith(".part-");
    sink.commit(part);
    sink.commit(part);
    assertThat(names()).containsExactly("part-00003-0000000007");
    assertThat(Files.readAllLines(directory.resolve(part.name()))).containsExactly("a", "b");
  }

  @Test
  void prepare_nothingWritten_isNothing() {
    try (var writer = start().open(0)) {
      assertThat(writer.prepare(1)).isNull();
      writer.write("a");
      assertThat(writer.prepare(2)).isNotNull();
      assertThat(writer.prepare(3)).isNull();
    }
  }

  @Test
  void close_givesUpWhatIsNotPrepared() throws IOException {
    try (var writer = start().open(0)) {
      writer.write("a");
    }
    assertThat(names()).isEmpty();
  }

  @Test
  void recover_commitsWhatWasPrepared_andDeletesTheRest() throws IOException {
    PartFile committed = write(start(), 0, 1, "a");
    sink.commit(committed);
    PartFile prepared = write(sink, 0, 2, "b");
    PartFile lost = write(sink, 1, 3, "c");
    sink.close();
    start(committed, prepared);
    assertThat(names()).containsExactly(committed.name(), prepared.name());
    assertThat(lost.name()).isNotIn(names());
  }

  @Test
  void recover_partIsGoneOrDamaged_isAnError() throws IOException {
    PartFile part = write(start(), 0, 1, "a");
    sink.close();
    Files.delete(directory.resolve(part.hidden()));
    assertThatThrownBy(() -> start(part))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("part-00000-0000000001")
        .hasMessageContaining("no file");
    sink.close();
    Files.writeString(directory.resolve(part.hidden()), "longer than before");
    assertThatThrownBy(() -> start(part))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("expected length=2, actual=18");
  }

  @Test
  void open_notRecovered_isRefused() {
    sink = FileSink.lines(directory, line -> line);
    assertThatThrownBy(() -> sink.open(0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was not recovered");
  }

  @Test
  void recover_directoryOfAnotherSink_isRefused() {
    start();
    try (FileSink<String> other = FileSink.lines(directory, line -> line)) {
      assertThatThrownBy(() -> other.recover(List.of()))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("file sink");
    }
  }
}
