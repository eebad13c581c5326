// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The Java in the documentation is quoted from tests that are compiled and run.
 *
 * <p>Each fenced block of Java stands under a comment {@code <!-- snippet: file#name -->} and
 * equals the lines of that file between {@code // tag::name} and {@code // end::name}, but for
 * their indentation. A region may be opened and closed several times; its parts are then joined.
 */
class DocSnippetTest {
  private static final Pattern JAVA_BLOCK =
      Pattern.compile(
          "(?:^<!-- snippet: (\\S+)#(\\S+) -->\\n)?^```java[^\\n]*\\n(.*?)^```[ \\t]*$",
          Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("\\s*// (tag|end)::([\\w-]+)\\s*");

  private static final Reactor REACTOR = Reactor.locate();

  @Test
  void everyJavaBlockIsQuotedFromATest() {
    List<String> problems = new ArrayList<>();
    for (Path page : REACTOR.files()) {
      if (isQuoting(page)) {
        problemsOf(REACTOR.read(page), DocSnippetTest::readSource)
            .forEach(problem -> problems.add(page + ": " + problem));
      }
    }
    assertThat(problems).isEmpty();
  }

  @Test
  void theReadmeAndTheTutorialHaveExamples() {
    assertThat(List.of("README.md", "docs/start.md"))
        .allSatisfy(page -> assertThat(REACTOR.read(Path.of(page))).contains("```java"));
  }

  @Test
  void problemsOf_equalButForIndentation_none() {
    assertThat(problems("<!-- snippet: A.java#x -->\n```java\nint a;\n  int b;\n```\n")).isEmpty();
  }

  @Test
  void problemsOf_changedCode_isFound() {
    assertThat(problems("<!-- snippet: A.java#x -->\n```java\nint a;\n  int c;\n```\n"))
        .singleElement()
        .asString()
        .contains("A.java#x", "int c;", "int b;");
  }

  @Test
  void problemsOf_noMarker_isFound() {
    assertThat(problems("Text.\n\n```java\nint a;\n```\n"))
        .singleElement()
        .asString()
        .contains("has no snippet comment");
  }

  @Test
  void problemsOf_unknownRegion_isFound() {
    assertThat(problems("<!-- snippet: A.java#y -->\n```java\nint a;\n```\n"))
        .singleElement()
        .asString()
        .contains("no region 'y'");
  }

  @Test
  void region_openedTwice_isJoined() {
    assertThat(region("// tag::x\na\n// end::x\nb\n// tag::x\nc\n// end::x\n", "x"))
        .isEqualTo("a\nc");
  }

  private static List<String> problems(String page) {
    return problemsOf(page, file -> "// tag::x\n  int a;\n    int b;\n// end::x\n");
  }

  private static boolean isQuoting(Path page) {
    return page.equals(Path.of("README.md"))
        || (page.startsWith("docs")
            && page.toString().endsWith(".md")
            && !page.startsWith(Path.of("docs", "format"))
            && !page.startsWith(Path.of("docs", "decisions")));
  }

  private static String readSource(String file) {
    Path source = Path.of(file);
    return Files.exists(REACTOR.root().resolve(source)) ? REACTOR.read(source) : "";
  }

  private static List<String> problemsOf(String page, UnaryOperator<String> sources) {
    List<String> problems = new ArrayList<>();
    Matcher block = JAVA_BLOCK.matcher(page);
    while (block.find()) {
      String quoted = normalized(block.group(3));
      if (block.group(1) == null) {
        problems.add("a block of Java has no snippet comment: " + quoted);
        continue;
      }
      String source = region(sources.apply(block.group(1)), block.group(2));
      if (source.isEmpty()) {
        problems.add("no region '%s' in %s".formatted(block.group(2), block.group(1)));
      } else if (!source.equals(quoted)) {
        problems.add(
            "block differs from %s#%s, quoted:%n%s%ncompiled:%n%s"
                .formatted(block.group(1), block.group(2), quoted, source));
      }
    }
    return problems;
  }

  /** The lines of a region without the comments that mark regions; empty if there is none. */
  private static String region(String source, String name) {
    StringBuilder region = new StringBuilder();
    boolean inside = false;
    for (String line : source.lines().toList()) {
      Matcher tag = TAG.matcher(line);
      if (tag.matches()) {
        inside = tag.group(2).equals(name) ? tag.group(1).equals("tag") : inside;
      } else if (inside) {
        region.append(line).append('\n');
      }
    }
    return normalized(region.toString());
  }

  /** Code at the left margin, with single empty lines only. */
  private static String normalized(String code) {
    return code.stripTrailing().stripIndent().strip().replaceAll("\\n{3,}", "\n\n");
  }
}
