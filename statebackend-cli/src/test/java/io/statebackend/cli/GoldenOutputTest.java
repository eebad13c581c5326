// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What each command writes for the golden checkpoints, compared with {@code
 * src/test/resources/output}. The files are written anew by {@code -Dgolden.write=true}; look at
 * the difference before it is committed.
 */
final class GoldenOutputTest {
  private static final Path OUTPUT =
      Path.of(System.getProperty("basedir", "."), "src/test/resources/output");
  private static final boolean WRITES = Boolean.getBoolean("golden.write");

  @TempDir private static Path directory;

  /** The arguments, with {@code DIR} for where the checkpoints are. */
  private static final Map<String, String> COMMANDS = new TreeMap<>();

  static {
    COMMANDS.put("help", "--help");
    for (String command :
        List.of(
            "list", "show", "sizes", "cat", "get", "verify", "diff", "check", "gc", "export",
            "convert", "rescale", "drop", "edit")) {
      COMMANDS.put("help-" + command, command + " --help");
    }
    for (String json : List.of("", " --json")) {
      String ending = json.isEmpty() ? "" : "-json";
      COMMANDS.put("list" + ending, "list DIR/memory" + json);
      COMMANDS.put("list-damaged" + ending, "list DIR/damaged" + json);
      COMMANDS.put("list-empty" + ending, "list DIR/empty" + json);
      COMMANDS.put("show" + ending, "show DIR/memory --key-groups" + json);
      COMMANDS.put("show-native" + ending, "show DIR/fs/chk-1" + json);
      COMMANDS.put("show-ttl" + ending, "show DIR/ttl" + json);
      COMMANDS.put("sizes" + ending, "sizes DIR/memory" + json);
      COMMANDS.put("sizes-keys" + ending, "sizes DIR/memory --keys 2" + json);
      COMMANDS.put("sizes-native" + ending, "sizes DIR/rocksdb" + json);
      COMMANDS.put("cat" + ending, "cat DIR/all" + json);
      COMMANDS.put("cat-ttl" + ending, "cat DIR/ttl" + json);
      COMMANDS.put(
          "cat-where" + ending,
          "cat DIR/memory --state count --where value>=10000 --where key~5" + json);
      COMMANDS.put("get" + ending, "get DIR/memory --state window-sum --key 7" + json);
      COMMANDS.put("get-none" + ending, "get DIR/memory --state count --key 4711" + json);
      COMMANDS.put("verify" + ending, "verify DIR/memory" + json);
      COMMANDS.put("verify-damaged" + ending, "verify DIR/damaged" + json);
      COMMANDS.put("diff" + ending, "diff DIR/memory/chk-1 DIR/memory/chk-2" + json);
      COMMANDS.put(
          "diff-keys" + ending,
          "diff DIR/memory/chk-1 DIR/memory/chk-2 --state name --keys --limit 3" + json);
      COMMANDS.put("diff-same" + ending, "diff DIR/fs/chk-2 DIR/memory/chk-2" + json);
      COMMANDS.put("check" + ending, "check DIR/memory --against DIR/changed.json" + json);
      COMMANDS.put("gc" + ending, "gc DIR/damaged --dry-run" + json);
      COMMANDS.put("gc-none" + ending, "gc DIR/fs --dry-run" + json);
    }
    COMMANDS.put("cat-csv", "cat DIR/all --csv --limit 6");
    COMMANDS.put("cat-raw", "cat DIR/all --raw --limit 3");
    COMMANDS.put("check-same", "check DIR/memory --against DIR/fs");
    COMMANDS.put("error-no-schemas", "check DIR/memory --against DIR/memory/_lock");
    COMMANDS.put("error-no-target", "convert DIR/memory --name x");
    COMMANDS.put("error-rescale", "rescale DIR/memory --to DIR/t --name x --max-parallelism 1");
    COMMANDS.put(
        "error-edit", "edit DIR/memory --to DIR/t --name x --state visits --key 1 --set a");
    COMMANDS.put("error-no-command", "look DIR/memory");
    COMMANDS.put("error-no-directory", "list DIR/nothing");
    COMMANDS.put("error-no-checkpoint", "show DIR/empty");
    COMMANDS.put("error-other-checkpoint", "show DIR/memory --checkpoint chk-9");
    COMMANDS.put("error-no-state", "cat DIR/memory --state totls");
    COMMANDS.put("error-no-key", "get DIR/memory --state count --key seven");
    COMMANDS.put("error-no-condition", "cat DIR/memory --where value");
    COMMANDS.put("error-damaged", "cat DIR/damaged/chk-2 --state visits --where key=99");
    COMMANDS.put("error-option", "show DIR/memory --jsn");
    COMMANDS.put("error-address", "list hdfs://host/path");
  }

  @BeforeAll
  static void makeCheckpoints() throws IOException {
    for (String engine : List.of("memory", "fs", "rocksdb")) {
      Goldens.checkpoints(engine, directory.resolve(engine));
    }
    Goldens.checkpointOf("snapshot-v1.bin", directory.resolve("all"));
    Goldens.checkpointOf("snapshot-v1-ttl.bin", directory.resolve("ttl"));
    Files.createDirectory(directory.resolve("empty"));
    Files.writeString(directory.resolve("memory/_lock"), "4711");
    String schemas = Goldens.run("show", directory + "/memory", "--json").out();
    Files.writeString(
        directory.resolve("changed.json"),
        schemas
            .replace(
                "\"state\":\"visits\",\"kind\":\"list\"", "\"state\":\"visits\",\"kind\":\"map\"")
            .replace("\"state\":\"name\"", "\"state\":\"names\"")
            .replaceFirst(
                "(\"state\":\"count\".*?)\"valueSchema\":\"int64\"",
                "$1\"valueSchema\":\"optional(decimal)\""));
    Path damaged = Goldens.checkpoints("memory", directory.resolve("damaged"));
    Path file = damaged.resolve("chk-2/golden-1.snapshot");
    byte[] bytes = Files.readAllBytes(file);
    bytes[1_500] ^= 4;
    Files.write(file, bytes);
    Files.delete(damaged.resolve("chk-1/golden-0.snapshot"));
    Goldens.copy(damaged.resolve("chk-2"), damaged.resolve("chk-3"));
    Files.delete(damaged.resolve("chk-3/_metadata"));
  }

  @TestFactory
  Stream<DynamicTest> aCommandWritesWhatItIsToWrite() {
    return COMMANDS.entrySet().stream()
        .map(
            command ->
                DynamicTest.dynamicTest(
                    command.getKey(), () -> check(command.getKey(), command.getValue())));
  }

  private static void check(String name, String command) throws IOException {
    String place = directory.toString();
    Goldens.Ran ran = Goldens.run(command.replace("DIR", place).split(" "));
    String actual =
        "$ statebackend %s\n%s%s[status %d]\n"
            .formatted(command, ran.out(), ran.err(), ran.status())
            .replace(place, "DIR");
    assertThat(ran.err().lines()).as("errors are one line").hasSizeLessThanOrEqualTo(1);
    Path file = OUTPUT.resolve(name + ".txt");
    if (WRITES) {
      Files.createDirectories(OUTPUT);
      Files.writeString(file, actual);
    }
    assertThat(file).as("run once with -Dgolden.write=true").exists();
    assertThat(actual).isEqualTo(Files.readString(file));
  }

  @Test
  void noOutputIsLeftOver() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(OUTPUT)) {
      files.forEach(file -> names.add(file.getFileName().toString().replace(".txt", "")));
    }
    assertThat(names).containsExactlyInAnyOrderElementsOf(COMMANDS.keySet());
  }

  @Test
  void sizes_html_isAPageOfItsOwn() throws IOException {
    Path page = directory.resolve("map.html");
    Goldens.Ran ran =
        Goldens.run("sizes", directory + "/memory", "--keys", "3", "--html", page.toString());
    assertThat(ran.status()).isZero();
    String html = Files.readString(page);
    assertThat(html).startsWith("<!DOCTYPE html>").doesNotContain("<script", "http", "NaN");
    // The operator, its states, and of each keyed one three keys and the others.
    assertThat(html.split("<div class=\"operator\"", -1)).hasSize(2);
    assertThat(html.split("<div class=\"c[0-9]\"", -1)).hasSize(8);
    assertThat(html).contains("all other keys", "title=\"visits: ");
  }

  /** Nothing that is looked at is changed. */
  @Test
  void everyCommand_leavesAllFilesAsTheyAre() throws IOException {
    String before = filesAndTimes();
    for (String command : COMMANDS.values()) {
      Goldens.Ran unused = Goldens.run(command.replace("DIR", directory.toString()).split(" "));
    }
    assertThat(filesAndTimes()).isEqualTo(before);
  }

  private static String filesAndTimes() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String place : List.of("memory", "fs", "rocksdb", "damaged")) {
      try (Stream<Path> walk = Files.walk(directory.resolve(place))) {
        for (Path path : walk.sorted().toList()) {
          text.append(path)
              .append(' ')
              .append(Files.getLastModifiedTime(path))
              .append(' ')
              .append(Files.isDirectory(path) ? 0 : Files.size(path))
              .append('\n');
        }
      }
    }
    return text.toString();
  }
}
