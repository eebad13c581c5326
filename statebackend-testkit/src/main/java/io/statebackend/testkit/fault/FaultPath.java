// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.io.IOException;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A path as on Unix: names separated by slashes. The empty path is one empty name. */
final class FaultPath implements Path {
  private static final String SEPARATOR = "/";

  private final FaultFileSystem fileSystem;
  private final boolean absolute;
  private final List<String> names;

  private FaultPath(FaultFileSystem fileSystem, boolean absolute, List<String> names) {
    this.fileSystem = fileSystem;
    this.absolute = absolute;
    this.names = !absolute && names.isEmpty() ? List.of("") : List.copyOf(names);
  }

  static FaultPath parse(FaultFileSystem fileSystem, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new InvalidPathException(text, "a path cannot contain the character 0");
    }
    List<String> names = new ArrayList<>();
    for (String name : text.split(SEPARATOR, -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return new FaultPath(fileSystem, text.startsWith(SEPARATOR), names);
  }

  static FaultPath of(Path path) {
    if (path instanceof FaultPath own) {
      return own;
    }
    throw new ProviderMismatchException("not a path of a FaultFileSystem: " + path);
  }

  private FaultPath with(boolean isAbsolute, List<String> otherNames) {
    return new FaultPath(fileSystem, isAbsolute, otherNames);
  }

  private boolean isEmpty() {
    return !absolute && names.equals(List.of(""));
  }

  /** Returns the names from the root on, without {@code .} and {@code ..}. */
  List<String> namesFromRoot() {
    return toAbsolutePath().normalize().names;
  }

  @Override
  public FaultFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return absolute;
  }

  @Override
  public @Nullable FaultPath getRoot() {
    return absolute ? with(true, List.of()) : null;
  }

  @Override
  public @Nullable FaultPath getFileName() {
    return names.isEmpty() ? null : with(false, names.subList(names.size() - 1, names.size()));
  }

  @Override
  public @Nullable FaultPath getParent() {
    if (names.isEmpty() || (names.size() == 1 && !absolute)) {
      return null;
    }
    return with(absolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public FaultPath getName(int index) {
    return subpath(index, index + 1);
  }

  @Override
  public FaultPath subpath(int beginIndex, int endIndex) {
    if (beginIndex < 0 || beginIndex >= endIndex || endIndex > names.size()) {
      throw new IllegalArgumentException(
          "no such part of a path: path=%s, beginIndex=%d, endIndex=%d"
              .formatted(this, beginIndex, endIndex));
    }
    return with(false, names.subList(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof FaultPath path
        && path.fileSystem == fileSystem
        && path.absolute == absolute
        && path.names.size() <= names.size()
        && names.subList(0, path.names.size()).equals(path.names);
  }

  @Override
  public boolean endsWith(Path other) {
    if (!(other instanceof FaultPath path) || path.fileSystem != fileSystem) {
      return false;
    }
    int from = names.size() - path.names.size();
    return path.absolute
        ? equals(path)
        : from >= 0 && names.subList(from, names.size()).equals(path.names);
  }

  @Override
  public FaultPath normalize() {
    List<String> normal = new ArrayList<>();
    for (String name : names) {
      boolean hasParent = !normal.isEmpty() && !normal.get(normal.size() - 1).equals("..");
      if (name.equals("..") && hasParent) {
        normal.remove(normal.size() - 1);
      } else if (!name.isEmpty() && !name.equals(".") && !(name.equals("..") && absolute)) {
        normal.add(name);
      }
    }
    return with(absolute, normal);
  }

  @Override
  public FaultPath resolve(Path other) {
    FaultPath path = of(other);
    if (path.absolute || isEmpty()) {
      return path;
    }
    if (path.isEmpty()) {
      return this;
    }
    List<String> joined = new ArrayList<>(names);
    joined.addAll(path.names);
    return with(absolute, joined);
  }

  @Override
  public FaultPath relativize(Path other) {
    FaultPath path = of(other);
    if (path.absolute != absolute) {
      throw new IllegalArgumentException(
          "one path is absolute, the other is not: %s, %s".formatted(this, path));
    }
    List<String> own = isEmpty() ? List.of() : names;
    List<String> others = path.isEmpty() ? List.of() : path.names;
    int common = 0;
    while (common < Math.min(own.size(), others.size())
        && own.get(common).equals(others.get(common))) {
      common++;
    }
    List<String> way = new ArrayList<>();
    own.subList(common, own.size()).forEach(name -> way.add(".."));
    way.addAll(others.subList(common, others.size()));
    return with(false, way);
  }

  @Override
  public URI toUri() {
    return URI.create(
        FaultFileSystemProvider.SCHEME
            + "://"
            + fileSystem.name()
            + toAbsolutePath().toString().replace(" ", "%20"));
  }

  @Override
  public FaultPath toAbsolutePath() {
    return absolute ? this : with(true, isEmpty() ? List.of() : names);
  }

  @Override
  public FaultPath toRealPath(LinkOption... options) throws IOException {
    FaultPath real = toAbsolutePath().normalize();
    fileSystem.disk().lookUp(real);
    return real;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("a FaultFileSystem cannot be watched");
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(of(other).toString());
  }

  @Override
  public Iterator<Path> iterator() {
    return new Iterator<>() {
      private int index;

      @Override
      public boolean hasNext() {
        return index < names.size();
      }

      @Override
      public Path next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the path has no more names: " + FaultPath.this);
        }
        return getName(index++);
      }
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FaultPath path
        && path.fileSystem == fileSystem
        && path.absolute == absolute
        && path.names.equals(names);
  }

  /** The same in every run, so that what iterates over a set of paths can be replayed. */
  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return (absolute ? SEPARATOR : "") + String.join(SEPARATOR, names);
  }
}
