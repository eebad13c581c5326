// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Bytes of a checkpoint that are changed under right checksums, as a bug or bad memory would:
 * nobody can tell that they are wrong, but no reader may hang, or fail otherwise than by refusing
 * them with a {@link CorruptStateException}, or an {@link IncompatibleStateException} if they tell
 * another version.
 */
public abstract class SealedDamageContract extends DamagedFilesContract {

  /** Creates the contract, for one test. */
  protected SealedDamageContract() {}

  /** Entries of the portable snapshots. */
  @Test
  @Timeout(120)
  final void changedEntriesUnderRightChecksums() throws IOException {
    changeEntries(Math.min(400, casesInBuild()));
  }

  @Test
  @Tag("slow")
  @Timeout(1_800)
  final void changedEntriesUnderRightChecksums_ofMore() throws IOException {
    takeCheckpoints(100);
    changeEntries(Math.min(20_000, casesInSoak()));
  }

  private void changeEntries(int count) throws IOException {
    List<String> snapshots =
        files().stream()
            .filter(file -> file.startsWith(DAMAGED_DIRECTORY) && file.endsWith(".snapshot"))
            .toList();
    changeUnderRightChecksums(
        "changed entries",
        count,
        random -> {
          String file = snapshots.get(random.nextInt(snapshots.size()));
          SealedSnapshot snapshot = new SealedSnapshot(bytesOf(file));
          snapshot.change(random);
          return new Change(file, snapshot.bytes());
        });
  }

  /**
   * The engine's own files. Their checksums in the metadata are made right, those that the engine
   * has in them are not.
   */
  @Test
  @Timeout(120)
  final void changedNativeFilesUnderRightChecksums() throws IOException {
    changeNativeFiles(Math.min(200, casesInBuild()));
  }

  @Test
  @Tag("slow")
  @Timeout(1_800)
  final void changedNativeFilesUnderRightChecksums_ofMore() throws IOException {
    takeCheckpoints(100);
    changeNativeFiles(Math.min(10_000, casesInSoak()));
  }

  private void changeNativeFiles(int count) throws IOException {
    Set<String> referredTo = new SealedMetadata(bytesOf(METADATA)).paths();
    List<String> shared =
        files().stream()
            .filter(file -> file.startsWith(SHARED_DIRECTORY))
            .filter(file -> referredTo.contains(pathInMetadata(file)))
            .toList();
    assumeFalse(shared.isEmpty(), "the backend has no native snapshots");
    changeUnderRightChecksums(
        "changed native files",
        count,
        random -> {
          String file = shared.get(random.nextInt(shared.size()));
          return new Change(file, overwritten(bytesOf(file), random));
        });
  }

  /** What an engine writes into the metadata to find its files again. */
  @Test
  @Timeout(120)
  final void changedManifestsUnderRightChecksums() throws IOException {
    changeManifests(Math.min(300, casesInBuild()));
  }

  @Test
  @Tag("slow")
  @Timeout(1_800)
  final void changedManifestsUnderRightChecksums_ofMore() throws IOException {
    takeCheckpoints(100);
    changeManifests(Math.min(20_000, casesInSoak()));
  }

  private void changeManifests(int count) throws IOException {
    SealedMetadata intact = new SealedMetadata(bytesOf(METADATA));
    assumeTrue(intact.hasManifests(), "the backend has no native snapshots");
    changeUnderRightChecksums(
        "changed manifests",
        count,
        random ->
            new Change(METADATA, intact.withManifests(manifest -> overwritten(manifest, random))));
  }

  /** What a file is replaced with. */
  private static final class Change {
    final String file;
    final byte[] bytes;

    Change(String file, byte[] bytes) {
      this.file = file;
      this.bytes = bytes;
    }
  }

  private void changeUnderRightChecksums(
      String what, int count, Function<Random, Change> changeAtRandom) throws IOException {
    long seed = Seeds.any();
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < count; i++) {
      Change change = changeAtRandom.apply(random);
      FaultFileSystem changed = copyWith(change.file, change.bytes);
      if (!change.file.equals(METADATA)) {
        Files.write(
            checkpoints(changed).resolve(METADATA),
            new SealedMetadata(bytesOf(METADATA))
                .withFile(pathInMetadata(change.file), change.bytes));
      }
      String which = "%s %d, in %s, %s".formatted(what, i, change.file, Seeds.replay(seed));
      if (restoreChanged(which, changed) == Outcome.REFUSED) {
        refused++;
      }
    }
    report("%s, seed=%d, tried=%d".formatted(what, seed, count), refused);
    assertThat(refused).as("%s that are refused", what).isPositive();
  }

  private static String pathInMetadata(String file) {
    return file.startsWith(SHARED_DIRECTORY)
        ? "../" + file
        : file.substring(DAMAGED_DIRECTORY.length() + 1);
  }

  private Outcome restoreChanged(String what, FaultFileSystem changed) {
    try (FaultySession session = restore(changed, 1)) {
      assertThat(session.state()).as("what is read: anything").isNotNull();
      return Outcome.HARMLESS;
    } catch (CorruptStateException | IncompatibleStateException e) {
      return Outcome.REFUSED;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "what is changed is refused in another way than as damaged: " + what, e);
    } finally {
      assertThat(changed.openFiles()).as("files left open, %s", what).isEmpty();
    }
  }
}
