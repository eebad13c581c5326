// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An engine's own snapshot of a subtask, as the metadata of a checkpoint tells it. Immutable. */
public final class NativeSnapshot {
  private final String format;
  private final byte[] manifest;
  private final List<FileRef> files;

  /**
   * Creates the description of a snapshot.
   *
   * @param format the name of the engine's format
   * @param manifest what the engine needs to restore it; copied
   * @param files its files, by the names that the manifest uses
   */
  public NativeSnapshot(String format, byte[] manifest, List<FileRef> files) {
    this.format = requireNonNull(format, "format");
    this.manifest = manifest.clone();
    this.files = List.copyOf(files);
  }

  /**
   * Returns the name of the engine's format.
   *
   * @return engine and version, such as {@code fs-1}
   */
  public String format() {
    return format;
  }

  /**
   * Returns what the engine needs to restore the snapshot.
   *
   * @return a new window on the manifest, only to be read
   */
  public BinaryInput manifest() {
    return new BinaryInput(manifest);
  }

  /**
   * Returns the files of the snapshot.
   *
   * @return the files, unmodifiable
   */
  public List<FileRef> files() {
    return files;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NativeSnapshot that
        && format.equals(that.format)
        && Arrays.equals(manifest, that.manifest)
        && files.equals(that.files);
  }

  @Override
  public int hashCode() {
    return Objects.hash(format, Arrays.hashCode(manifest), files);
  }

  @Override
  public String toString() {
    return "NativeSnapshot[format="
        + format
        + ", manifestLength="
        + manifest.length
        + ", files="
        + files
        + "]";
  }
}
