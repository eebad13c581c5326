// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Turns of phrase that readers stumbled over, in pages and in sources. */
class ProseTest {
  private static final Path SELF = Path.of("ProseTest.java");

  /** Each phrase with the plain word for it. */
  private static final List<Phrase> PHRASES =
      List.of(
          new Phrase("\\bfor ever\\b", "forever"),
          new Phrase("\\bat the most\\b", "at most"),
          new Phrase("\\bif need be\\b", "if necessary"),
          new Phrase("\\bup to so many\\b", "name the limit"),
          new Phrase("\\b(is|are) given up\\b", "dropped, aborted, released or closed"));

  /** A tag that repeats the name of its parameter. */
  private static final Pattern EMPTY_TAG =
      Pattern.compile("^ *\\* @param (\\w+) (?:the|a|an) \\1\\.?$", Pattern.MULTILINE);

  private static final Reactor REACTOR = Reactor.locate();

  private record Phrase(Pattern pattern, String instead) {
    Phrase(String regex, String instead) {
      this(Pattern.compile(regex, Pattern.CASE_INSENSITIVE), instead);
    }
  }

  @Test
  void everyPhraseIsPlain() {
    assertThat(found(".md", ".java")).as("phrases that have a plain word").isEmpty();
  }

  @Test
  void everyParamTagSaysMoreThanTheName() {
    List<String> empty = new ArrayList<>();
    for (Path file : files(".java")) {
      Matcher tag = EMPTY_TAG.matcher(REACTOR.read(file));
      while (tag.find()) {
        empty.add(file + ": " + tag.group().strip());
      }
    }
    assertThat(empty)
        .as("tags that say nothing; say the unit, the range, who owns it, or what it is for")
        .isEmpty();
  }

  @Test
  void phrasesIn_text_areFoundWithTheWayOut() {
    assertThat(phrasesIn("It stays\nfor ever."))
        .containsExactly("line 2: 'for ever'; write: forever");
    assertThat(phrasesIn("It stays forever.")).isEmpty();
  }

  private static List<String> found(String... endings) {
    List<String> found = new ArrayList<>();
    for (Path file : files(endings)) {
      phrasesIn(REACTOR.read(file)).forEach(phrase -> found.add(file + ": " + phrase));
    }
    return found;
  }

  private static List<String> phrasesIn(String text) {
    List<String> found = new ArrayList<>();
    for (Phrase phrase : PHRASES) {
      Matcher matcher = phrase.pattern().matcher(text);
      while (matcher.find()) {
        long line = 1 + text.substring(0, matcher.start()).chars().filter(c -> c == '\n').count();
        found.add("line %d: '%s'; write: %s".formatted(line, matcher.group(), phrase.instead()));
      }
    }
    return found;
  }

  private static List<Path> files(String... endings) {
    return REACTOR.files().stream()
        .filter(file -> !file.endsWith(SELF))
        .filter(file -> List.of(endings).stream().anyMatch(file.toString()::endsWith))
        .toList();
  }
}
