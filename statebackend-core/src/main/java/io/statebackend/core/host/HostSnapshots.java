// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.HostManifest;
import io.statebackend.core.snapshot.NativeSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * An engine's own snapshots of a store, for a host that keeps the files. Each snapshot adds the
 * files that the last completed one does not have.
 *
 * <p>Snapshots may be written at the same time by several threads; {@link #settled} and {@link
 * #forgetFiles} may be called by any thread at any time.
 *
 * @param <H> what the host finds files by
 */
public final class HostSnapshots<H> {
  private final NativeSnapshots engine;
  private final KeyGroupRange keyGroups;

  /** Begins the names of all files that are created here, so that no other store has them. */
  private final String storeName = UUID.randomUUID().toString().replace("-", "");

  /** The files of the last completed or restored snapshots, by name. Guarded by this. */
  private Map<String, HostFile<H>> completed = Map.of();

  /** The files of snapshots of which the end is not known, by checkpoint. Guarded by this. */
  private final Map<Long, Map<String, HostFile<H>>> pending = new HashMap<>();

  HostSnapshots(NativeSnapshots engine, KeyGroupRange keyGroups) {
    this.engine = engine;
    this.keyGroups = keyGroups;
  }

  /**
   * Returns the name of the engine's format.
   *
   * @return engine and version, such as {@code fs-1}
   */
  public String format() {
    return engine.format();
  }

  /**
   * Writes what an image holds and the files of the last completed snapshot do not.
   *
   * @param checkpointId the checkpoint that the snapshot is for; each is written for once
   * @param image an image that was taken for a snapshot
   * @param files where files are created
   * @return the snapshot; its files may be shared by later ones when it is {@link #settled} as
   *     completed
   * @throws io.statebackend.api.StateIoException if writing fails; what was committed before is the
   *     host's to delete
   */
  public HostSnapshot<H> write(long checkpointId, FrozenStore image, HostFiles<H> files) {
    WrittenFiles<H> written =
        new WrittenFiles<>(files, storeName + "-" + checkpointId + "-", completedFiles());
    byte[] manifest = engine.write(checkpointId, image, written);
    List<HostFile<H>> all = written.files();
    byte[] encoded =
        new HostManifest(
                keyGroups,
                new NativeSnapshot(
                    engine.format(), manifest, all.stream().map(HostSnapshots::ref).toList()))
            .encode();
    begin(checkpointId, all);
    return new HostSnapshot<>(encoded, all, written.reused());
  }

  private static FileRef ref(HostFile<?> file) {
    return new FileRef(file.name(), file.length(), file.crc32c());
  }

  private synchronized Map<String, HostFile<H>> completedFiles() {
    return completed;
  }

  private synchronized void begin(long checkpointId, List<HostFile<H>> files) {
    pending.put(checkpointId, byName(files));
  }

  private static <H> Map<String, HostFile<H>> byName(List<HostFile<H>> files) {
    Map<String, HostFile<H>> byName = new HashMap<>();
    files.forEach(file -> byName.put(file.name(), file));
    return byName;
  }

  /**
   * Tells how a checkpoint ended. May come late, more than once, for checkpoints of which nothing
   * was written here, or not at all for some: once a later one is completed, earlier ones do not
   * count any more.
   *
   * @param checkpointId the checkpoint
   * @param isCompleted whether the files of its snapshot are there from now on
   */
  public void settled(long checkpointId, boolean isCompleted) {
    synchronized (this) {
      Map<String, HostFile<H>> files = pending.remove(checkpointId);
      if (files != null && isCompleted) {
        completed = files;
        pending.keySet().removeIf(earlier -> earlier < checkpointId);
      }
    }
    engine.settled(checkpointId, isCompleted);
  }

  /**
   * Makes snapshots of images that are taken from now on write everything anew, and share no file
   * with what was completed before.
   */
  public void forgetFiles() {
    engine.forgetFiles();
  }

  /**
   * Fills the store, in which nothing was created yet, with its key groups' share of snapshots.
   * Those that follow share files with them if the host lets them.
   *
   * @param manifests of each snapshot, by whose key groups overlap the store's, what {@link #write}
   *     returned
   * @param handles finds the handle of a file of one of the snapshots by its name, {@code null} if
   *     there is none
   * @param files where the files are
   * @return the names of the tables that images have from now on, created or not
   * @throws CorruptStateException if a manifest or a file is damaged
   * @throws IncompatibleStateException if the snapshots are of another engine, or of a version that
   *     is not read
   * @throws io.statebackend.api.StateIoException if a file cannot be read
   */
  public Set<String> restore(
      List<byte[]> manifests, Function<String, ? extends H> handles, HostFiles<H> files) {
    List<NativeSnapshots.Snapshot> snapshots = new ArrayList<>();
    List<HostFile<H>> all = new ArrayList<>();
    for (byte[] bytes : manifests) {
      HostManifest manifest = HostManifest.decode(bytes, "manifest of a native snapshot");
      NativeSnapshot stored = manifest.snapshot();
      if (!stored.format().equals(engine.format())) {
        throw new IncompatibleStateException(
            ("the snapshot is of another engine: snapshot=%s, engine=%s; restore it with that"
                    + " engine, and change to this one by a savepoint in the portable format of the"
                    + " host")
                .formatted(stored.format(), engine.format()));
      }
      List<HostFile<H>> own = new ArrayList<>();
      for (FileRef file : stored.files()) {
        H handle = handles.apply(file.name());
        if (handle == null) {
          throw new CorruptStateException(
              "a file of the snapshot is missing: name='%s'".formatted(file.name()));
        }
        own.add(new HostFile<>(file.name(), file.length(), file.crc32c(), handle));
      }
      all.addAll(own);
      snapshots.add(
          new NativeSnapshots.Snapshot(
              manifest.keyGroups(), stored.manifest(), new StoredFiles<>(files, byName(own))));
    }
    Set<String> tables = engine.restore(snapshots);
    synchronized (this) {
      completed = byName(all);
    }
    return tables;
  }
}
