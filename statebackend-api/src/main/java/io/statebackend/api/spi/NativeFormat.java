// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.nio.file.Path;

/**
 * An engine as the reader of its own snapshots, for tools that look into a checkpoint without the
 * program that wrote it.
 *
 * <p>Optional, as {@link NativeSnapshots} are. Found by {@link java.util.ServiceLoader}, so an
 * implementation is a public class with a public constructor without parameters, named in {@code
 * META-INF/services} and, if its module has a descriptor, there.
 *
 * <p>Who reads a snapshot opens a store for some of its key groups, restores it ({@link
 * NativeSnapshots#restore}), and reads an image of it. No table is created, and the serializer of
 * the keys tells only the schema and the fixed length of the keys: a restore must ask for no more.
 */
public interface NativeFormat {

  /**
   * Names the format.
   *
   * @return what {@link NativeSnapshots#format} answers, such as {@code fs-1}
   */
  String format();

  /**
   * Opens an engine.
   *
   * @param directory a working directory, for the engine alone, which the caller deletes
   * @param memoryBytes how much memory the engine may use, 8 MiB or more
   * @return the engine; the caller closes it
   * @throws io.statebackend.api.StateIoException if the directory cannot be used
   */
  StateBackend open(Path directory, long memoryBytes);

  /**
   * Tells how much of a snapshot one store can be restored from, so that larger ones are read in
   * several steps, some key groups at a time.
   *
   * @param memoryBytes how much memory the engine may use
   * @return a number of bytes, more than 0; by default any
   */
  default long snapshotBytesMax(long memoryBytes) {
    return Long.MAX_VALUE;
  }
}
