// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line as a user meets it: options, messages, exit status. */
@Timeout(60)
final class WordCountTest {
  @TempDir private Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private InputStream standardInput = InputStream.nullInputStream();
  private Path text;

  @BeforeEach
  void writeText() throws IOException {
    text = directory.resolve("text.txt");
    Files.writeString(text, "The whale, the white whale.\nThe sea.\n");
  }

  @Test
  void run_help_printsUsage() {
    assertThat(run("--help")).isZero();
    assertThat(output()).contains("Usage: word-count", "--crash-at", "--parallelism");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--foo                               | Unknown option: '--foo'",
        "text.txt                            | Unmatched argument at index 0: 'text.txt'",
        "--input                             | Missing required parameter for option '--input'",
        "--input nowhere.txt                 | nowhere.txt: no such file or directory",
        "--repeat 0                          | --repeat must be at least 1: 0",
        "--repeat many                       | 'many' is not an int",
        "--backend tape                      | no such backend: 'tape'; there are fs, memory,"
            + " rocksdb",
        "--parallelism 0                     | --parallelism must be at least 1: 0",
        "--parallelism 5 --max-parallelism 4 | --parallelism must be at most --max-parallelism",
        "--max-parallelism 40000             | --max-parallelism must be at most 32768",
        "--interval 5                        | '5' is not a time such as 500ms, 2s or 1m",
        "--interval 0s                       | '0s' is not a time such as 500ms, 2s or 1m",
        "--savepoint a/b                     | --savepoint: a name is",
        "--restore nowhere                   | --restore: no such directory: nowhere",
        "--restore . --fresh                 | --restore and --fresh exclude each other",
        "--checkpoint-dir tape://drive       | no module on the class path or module path opens",
        "--input - --repeat 2                | standard input can be read only once",
        "--input - --verify                  | standard input can be read only once",
      })
  void run_badArguments_isOneLineAndStatus2(String arguments, String message) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(errors()).startsWith("word-count: ").contains(message).hasLineCount(1);
    assertThat(output()).isEmpty();
  }

  @Test
  void run_emptyDirectoryAsInput_isOneLineAndStatus2() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThat(run("--input", empty.toString())).isEqualTo(2);
    assertThat(errors()).contains("no file in this directory").hasLineCount(1);
  }

  @Test
  void run_file_printsTopWordsAndTotals() {
    assertThat(count("--verify", "--top", "2")).isZero();
    assertThat(output())
        .contains("starting at the beginning", "checkpoint 1 complete: 7 words safe")
        .containsSubsequence("3  the", "2  whale")
        .contains("7 words in all, 4 different ones", "verified: all 4 words");
  }

  @Test
  void run_standardInput_resumesBehindWhatWasCounted() {
    standardInput = new ByteArrayInputStream("the sea\nthe".getBytes(UTF_8));
    text = Path.of("-");
    assertThat(count()).isZero();
    assertThat(output()).contains("3 words in all, 2 different ones");
    standardInput = new ByteArrayInputStream("the sea\nthe".getBytes(UTF_8));
    assertThat(count()).isZero();
    assertThat(output()).contains("3 words counted: nothing left to do");
  }

  @Test
  void run_directory_readsAllFilesInOrder() throws IOException {
    Path sub = Files.createDirectories(directory.resolve("texts/sub"));
    Files.writeString(sub.resolve("b.txt"), "sea without line end");
    Files.writeString(sub.resolveSibling("a.txt"), "sea");
    Files.createFile(sub.resolveSibling("empty.txt"));
    text = sub.getParent();
    assertThat(count("--verify", "--repeat", "3")).isZero();
    assertThat(output()).contains("6  sea", "15 words in all, 4 different ones", "verified");
  }

  @Test
  void run_book_equalsIndependentCount() {
    assertThat(run("--verify", "--checkpoint-dir", checkpoints().toString())).isZero();
    assertThat(output()).contains("14,151  the", "verified: all 17,257 words");
  }

  @Test
  void run_againAfterTheEnd_saysSoAndPrintsTheSameResult() {
    count();
    out.reset();
    assertThat(count()).isZero();
    assertThat(output())
        .contains("resumed from checkpoint 1 at the end of the input, 7 words counted")
        .contains("nothing left to do", "3  the", "7 words in all")
        .doesNotContain("counted by this process");
  }

  @Test
  void run_againWithMoreRounds_goesOn() {
    count();
    assertThat(count("--repeat", "3", "--verify", "--parallelism", "3")).isZero();
    assertThat(output()).contains("21 words in all", "counted by this process: 14 words");
  }

  @Test
  void run_fsBackend_goesOnWithItsOwnSnapshots() {
    assertThat(count("--backend", "fs", "--verify")).isZero();
    assertThat(count("--backend", "fs", "--repeat", "3", "--verify", "--parallelism", "3"))
        .isZero();
    assertThat(output()).contains("21 words in all", "counted by this process: 14 words");
  }

  @Test
  void run_rocksDbBackend_goesOnWithItsOwnSnapshots() {
    assertThat(count("--backend", "rocksdb", "--verify")).isZero();
    assertThat(count("--backend", "rocksdb", "--repeat", "3", "--verify", "--parallelism", "3"))
        .isZero();
    assertThat(output()).contains("21 words in all", "counted by this process: 14 words");
  }

  @Test
  void run_againWithFewerRounds_isRefused() {
    count("--repeat", "3");
    assertThat(count("--repeat", "2")).isEqualTo(1);
    assertThat(errors()).contains("expected=2 times at most, actual=3 times begun").hasLineCount(1);
  }

  @Test
  void run_againWithAnotherText_isRefused() throws IOException {
    count();
    text = directory.resolve("other.txt");
    Files.writeString(text, "Another text");
    assertThat(count()).isEqualTo(1);
    assertThat(errors())
        .contains("expected=file 'text.txt' of 37 bytes", "actual=file 'other.txt' of 12 bytes")
        .contains("start afresh")
        .hasLineCount(1);
    assertThat(count("--fresh", "--verify")).isZero();
  }

  @Test
  void run_anotherMaxParallelism_isRefused() {
    count("--max-parallelism", "16");
    assertThat(count("--repeat", "2", "--max-parallelism", "32")).isEqualTo(1);
    assertThat(errors()).contains("word-count", "restored=16", "declared=32").hasLineCount(1);
    assertThat(count("--repeat", "2", "--parallelism", "16", "--verify")).isZero();
  }

  @Test
  void run_savepoint_canBeMovedAndRestored() throws IOException {
    assertThat(count("--savepoint", "first")).isZero();
    Path moved = directory.resolve("elsewhere");
    Files.move(checkpoints().resolve("savepoint-first"), moved);
    delete(checkpoints());
    assertThat(count("--restore", moved.toString(), "--repeat", "2", "--verify")).isZero();
    assertThat(output()).contains("14 words in all", "counted by this process: 7 words");
  }

  @Test
  void run_latestCheckpointDamaged_fallsBackToTheOneBefore() throws IOException {
    count();
    count("--repeat", "2");
    damage(checkpoints().resolve("chk-2"));
    out.reset();
    assertThat(count("--repeat", "2", "--verify")).isZero();
    assertThat(output()).contains("resumed from checkpoint 1", "14 words in all", "verified");
  }

  @Test
  void run_allCheckpointsDamaged_isOneLineAndStatus1() throws IOException {
    count();
    damage(checkpoints().resolve("chk-1"));
    assertThat(count()).isEqualTo(1);
    assertThat(errors()).contains("every checkpoint is damaged: checkpoints=[1]").hasLineCount(1);
    assertThat(count("--fresh", "--verify")).isZero();
  }

  @Test
  void run_checkpointsAtAnAddress_areFoundAgain() {
    String[] arguments = {"--input", text.toString(), "--checkpoint-dir", "memory:word-count"};
    assertThat(run(arguments)).isZero();
    assertThat(run(arguments)).isZero();
    assertThat(output()).contains("nothing left to do");
  }

  @Test
  void run_checkpointDirectoryIsAFile_isOneLineAndStatus1() throws IOException {
    Files.createFile(checkpoints());
    assertThat(count()).isEqualTo(1);
    assertThat(errors()).contains(checkpoints().toString()).hasLineCount(1);
  }

  @Test
  void run_checkpointDirectoryIsReadOnly_isOneLineAndStatus1() throws IOException {
    Files.createDirectory(checkpoints());
    assumeFalse(
        !checkpoints().toFile().setReadOnly() || Files.isWritable(checkpoints()),
        "this user may write everywhere");
    assertThat(count()).isEqualTo(1);
    assertThat(errors()).contains(checkpoints().toString()).hasLineCount(1);
  }

  @Test
  void run_verbose_printsTheStackTrace() throws IOException {
    Files.createFile(checkpoints());
    assertThat(count("--verbose")).isEqualTo(1);
    assertThat(errors()).contains("\tat ");
  }

  private int count(String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    Collections.addAll(
        arguments, "--input", text.toString(), "--checkpoint-dir", checkpoints().toString());
    return run(arguments.toArray(String[]::new));
  }

  private int run(String... arguments) {
    err.reset();
    return WordCount.run(
        arguments,
        standardInput,
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private Path checkpoints() {
    return directory.resolve("checkpoints");
  }

  private String output() {
    return out.toString(UTF_8);
  }

  private String errors() {
    return err.toString(UTF_8);
  }

  /** Flips a bit in the middle of each snapshot of a checkpoint. */
  private static void damage(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".snapshot")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> paths;
    try (Stream<Path> found = Files.walk(directory)) {
      paths = new ArrayList<>(found.toList());
    }
    Collections.reverse(paths);
    for (Path path : paths) {
      Files.delete(path);
    }
  }
}
