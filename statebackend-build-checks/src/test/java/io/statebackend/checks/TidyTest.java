// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Small rules over the files of the project that no other tool looks after. */
class TidyTest {
  private static final String HEADER = "// SPDX-License-Identifier: Apache-2.0\n";

  /** Spelled in two halves, so that this file does not break its own rule. */
  private static final Pattern MACHINE_OR_HOST =
      Pattern.compile(
          String.join(
              "|",
              "repo1?\\.maven" + "\\.",
              "registry\\.npm" + "js",
              "registry\\.yarn" + "pkg",
              "\\bpypi\\.(org|python" + "\\.org)",
              "files\\.python" + "hosted",
              "(deb|security)\\.debian" + "\\.org",
              "\\bproxy\\.go" + "lang",
              "\\b(static|index)\\.crates" + "\\.io",
              "/usr/lib" + "/jvm",
              "(?<![\\w.~-])/wo" + "rk/"));

  private static final Pattern FENCED =
      Pattern.compile("^(```|~~~)[^\n]*\n(.*?)^\\1[ \t]*$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern CODE_SPAN = Pattern.compile("`[^`\n]+`");
  private static final Pattern LINK =
      Pattern.compile(
          "\\]\\(\\s*<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\s*\\)"
              + "|^ {0,3}\\[[^\\]\n]+\\]:\\s*<?([^\\s>]+)",
          Pattern.MULTILINE);
  private static final Pattern ELSEWHERE = Pattern.compile("(?i)[a-z][a-z0-9+.-]*:.*|//.*|#.*");

  private static final Reactor REACTOR = Reactor.locate();
  private static final List<Path> FILES = REACTOR.files();

  @Test
  void everyJavaFileBeginsWithTheLicence() {
    assertThat(filesNamed(".java"))
        .isNotEmpty()
        .allSatisfy(file -> assertThat(REACTOR.read(file)).startsWith(HEADER));
  }

  @Test
  void relativeLinksResolve() {
    List<String> broken = new ArrayList<>();
    for (Path page : filesNamed(".md")) {
      Matcher link = LINK.matcher(withoutCode(REACTOR.read(page)));
      while (link.find()) {
        String target = link.group(1) != null ? link.group(1) : link.group(2);
        if (!ELSEWHERE.matcher(target).matches() && !exists(page, target)) {
          broken.add(page + " -> " + target);
        }
      }
    }
    assertThat(broken).as("links to files that are not there").isEmpty();
  }

  @Test
  void noFileNamesAMachineOrARegistry() {
    List<String> found = new ArrayList<>();
    for (Path file : FILES) {
      Matcher matcher = MACHINE_OR_HOST.matcher(REACTOR.read(file));
      while (matcher.find()) {
        found.add(file + ": " + matcher.group());
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void theReadmeSaysHowToRunAndTestInOneCommandEach() {
    assertThat(commandsUnder("Run it")).hasSize(1);
    assertThat(commandsUnder("Test it")).hasSize(1);
  }

  @Test
  void ciRunsTheTestCommandOfTheReadme() {
    assertThat(REACTOR.read(Path.of(".ci", "run")).lines()).containsAll(commandsUnder("Test it"));
  }

  /**
   * The fenced blocks of the README's section with this heading, which are to hold one line each.
   */
  private static List<String> commandsUnder(String heading) {
    String readme = REACTOR.read(Path.of("README.md"));
    Matcher section =
        Pattern.compile(
                "^## " + Pattern.quote(heading) + "[ \t]*\n(.*?)(?=^## |\\z)",
                Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(readme);
    assertThat(section.find()).as("README.md has a heading '## %s'", heading).isTrue();
    return FENCED
        .matcher(section.group(1))
        .results()
        .flatMap(block -> block.group(2).strip().lines())
        .toList();
  }

  private static boolean exists(Path page, String target) {
    Path file = REACTOR.root().resolve(page).resolveSibling(target.replaceFirst("#.*", ""));
    return Files.exists(file) && file.normalize().startsWith(REACTOR.root());
  }

  private static String withoutCode(String markdown) {
    return CODE_SPAN.matcher(FENCED.matcher(markdown).replaceAll("")).replaceAll("");
  }

  private static List<Path> filesNamed(String ending) {
    return FILES.stream().filter(file -> file.toString().endsWith(ending)).toList();
  }
}
