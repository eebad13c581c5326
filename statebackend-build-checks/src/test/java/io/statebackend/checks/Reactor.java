// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/**
 * The source tree of the whole project, as it lies on disk: its modules, their poms and class
 * files.
 */
final class Reactor {
  private static final Set<String> NOT_OURS =
      Set.of("target", ".git", ".idea", ".vscode", ".settings", "node_modules");

  private final Path root;

  private Reactor(Path root) {
    this.root = root;
  }

  /** Finds the project: where Maven says it is, else the nearest directory upwards with modules. */
  static Reactor locate() {
    String given = System.getProperty("statebackend.root", "");
    Path start = Path.of(given.isEmpty() ? "" : given).toAbsolutePath().normalize();
    for (Path directory = start; directory != null; directory = directory.getParent()) {
      Path pom = directory.resolve("pom.xml");
      if (Files.isRegularFile(pom) && !modulesOf(pom).isEmpty()) {
        return new Reactor(directory);
      }
    }
    throw new IllegalStateException("no pom.xml with <modules> in " + start + " or above it");
  }

  Path root() {
    return root;
  }

  /** The directory names of all modules, in the order of the root pom. */
  List<String> modules() {
    return modulesOf(root.resolve("pom.xml"));
  }

  /** The same, without those that consist of a pom alone. */
  List<String> modulesWithClasses() {
    return modules().stream()
        .filter(
            module ->
                !text(parse(root.resolve(module).resolve("pom.xml")), "packaging")
                    .equals(Optional.of("pom")))
        .toList();
  }

  /** What a module depends on, as its own pom says. */
  List<Dependency> dependenciesOf(String module) {
    List<Dependency> dependencies = new ArrayList<>();
    for (Element list : children(parse(root.resolve(module).resolve("pom.xml")), "dependencies")) {
      for (Element dependency : children(list, "dependency")) {
        dependencies.add(
            new Dependency(
                text(dependency, "groupId").orElse(""),
                text(dependency, "artifactId").orElse(""),
                text(dependency, "scope").orElse("compile")));
      }
    }
    return dependencies;
  }

  /** The compiled main classes of a module; none if it has no sources. */
  JavaClasses mainClassesOf(String module) {
    return new ClassFileImporter().importPath(classDirectoryOf(module));
  }

  /** The compiled main classes of all modules. */
  JavaClasses allMainClasses() {
    return new ClassFileImporter()
        .importPaths(modulesWithClasses().stream().map(this::classDirectoryOf).toList());
  }

  /** A module's descriptor; empty while it has none. */
  Optional<ModuleDescriptor> descriptorOf(String module) {
    Path file = classDirectoryOf(module).resolve("module-info.class");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(ModuleDescriptor.read(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every file of the tree that is not built, relative to the root. */
  List<Path> files() {
    List<Path> files = new ArrayList<>();
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes ignored) {
              return NOT_OURS.contains(String.valueOf(directory.getFileName()))
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes ignored) {
              // In a worktree, .git is a file; and a run of the benchmarks leaves a log.
              String name = String.valueOf(file.getFileName());
              if (!NOT_OURS.contains(name) && !name.endsWith(".log")) {
                files.add(root.relativize(file));
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Collections.sort(files);
    return files;
  }

  /** The text of a file; bytes that are no UTF-8 come out as replacement characters. */
  String read(Path relative) {
    try {
      return new String(Files.readAllBytes(root.resolve(relative)), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path classDirectoryOf(String module) {
    return root.resolve(module).resolve("target").resolve("classes");
  }

  private static List<String> modulesOf(Path pom) {
    List<String> modules = new ArrayList<>();
    for (Element list : children(parse(pom), "modules")) {
      for (Element module : children(list, "module")) {
        modules.add(module.getTextContent().strip());
      }
    }
    return modules;
  }

  private static Element parse(Path pom) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      return factory.newDocumentBuilder().parse(pom.toFile()).getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IllegalStateException("cannot parse " + pom, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> children = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        children.add(element);
      }
    }
    return children;
  }

  private static Optional<String> text(Element parent, String name) {
    return children(parent, name).stream().findFirst().map(e -> e.getTextContent().strip());
  }

  /** One dependency as a pom declares it. */
  record Dependency(String groupId, String artifactId, String scope) {
    boolean isOurs() {
      return groupId.equals("io.statebackend");
    }

    /** Whether who depends on the module gets this too. */
    boolean isForUsers() {
      return scope.equals("compile") || scope.equals("runtime");
    }

    @Override
    public String toString() {
      return groupId + ":" + artifactId + " (" + scope + ")";
    }
  }
}
