// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The bill of materials names each published module, with the version that all have. */
final class BomTest {
  private static final String BOM = "statebackend-bom";
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>(.+?)</artifactId>");
  private static final Pattern VERSION = Pattern.compile("<version>(.+?)</version>");
  private static final Reactor REACTOR = Reactor.locate();

  @Test
  void namesAllPublishedModules() {
    List<String> published = new ArrayList<>();
    for (String module : REACTOR.modules()) {
      if (!module.equals(BOM) && !pom(module).contains("<maven.deploy.skip>true")) {
        published.add(module);
      }
    }
    assertThat(all(ARTIFACT, managed())).containsExactlyElementsOf(published);
    assertThat(all(VERSION, managed())).containsOnly("${project.version}");
  }

  @Test
  void hasTheVersionOfAll() {
    String bom = pom(BOM);
    String ours = bom.substring(0, bom.indexOf("<packaging>"));
    String root = REACTOR.read(Path.of("pom.xml"));
    assertThat(all(VERSION, ours)).containsExactly(all(VERSION, root).get(0));
  }

  /**
   * Goals that the README calls by their prefixes run in each module, this one too, which inherits
   * neither their versions nor that they are skipped.
   */
  @Test
  void skipsTheGoalsThatAreCalledByPrefix() {
    String root = REACTOR.read(Path.of("pom.xml"));
    for (String plugin : List.of("spotless", "exec")) {
      String name = "<artifactId>" + plugin + "-maven-plugin</artifactId>";
      String ours = pom(BOM).substring(pom(BOM).indexOf(name));
      String version =
          all(
                  Pattern.compile(
                      "<version.plugin." + plugin + ">(.+?)</version.plugin." + plugin + ">"),
                  root)
              .get(0);
      assertThat(all(VERSION, ours).get(0)).as(plugin).isEqualTo(version);
      assertThat(ours.substring(0, ours.indexOf("</plugin>"))).contains("<skip>true</skip>");
    }
  }

  private static String pom(String module) {
    return REACTOR.read(Path.of(module, "pom.xml"));
  }

  private static String managed() {
    String bom = pom(BOM);
    return bom.substring(bom.indexOf("<dependencyManagement>"));
  }

  private static List<String> all(Pattern pattern, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }
}
