// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.nio.file.FileStore;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.jspecify.annotations.Nullable;

/** The room on a disk. */
final class FaultFileStore extends FileStore {
  private final Disk disk;

  FaultFileStore(Disk disk) {
    this.disk = disk;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FaultFileStore store && store.disk == disk;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(disk);
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public String type() {
    return "fault";
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public long getTotalSpace() {
    return disk.capacityBytes();
  }

  @Override
  public long getUsableSpace() {
    return Math.max(0, disk.capacityBytes() - disk.usedBytes());
  }

  @Override
  public long getUnallocatedSpace() {
    return getUsableSpace();
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return type == BasicFileAttributeView.class;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return name.equals("basic");
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) {
    throw new UnsupportedOperationException("no such attribute: " + attribute);
  }
}
