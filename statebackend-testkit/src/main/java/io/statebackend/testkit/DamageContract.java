// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.Unsynced;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Damaged files of a checkpoint never become wrong state: whatever byte is flipped, cut off,
 * overwritten or exchanged, the checkpoint is refused with a {@link CorruptStateException} that
 * names the file, nothing of it is restored, and the checkpoint before takes its place.
 */
public abstract class DamageContract {
  private static final Logger LOGGER = System.getLogger(DamageContract.class.getName());
  private static final long DAMAGED_ID = 3;
  private static final String DAMAGED_DIRECTORY = "chk-3";
  private static final String METADATA = DAMAGED_DIRECTORY + "/_metadata";
  private static final String SHARED_DIRECTORY = "shared";

  /** Changes of the state that make a checkpoint of about 64 KiB. */
  private static final int CHANGES_OF_64_KIB = 400;

  /** Of so many refused checkpoints one is fallen back from, which takes longer. */
  private static final int FALL_BACK_STEP = 97;

  private final FaultySetup setup = new FaultySetup(this::newBackend, this::openStorage);
  private int refusedCount;

  private FaultFileSystem files;
  private History history;

  /** The bytes of all files before the damage. */
  private final NavigableMap<String, byte[]> contents = new TreeMap<>();

  /** What became of a damaged checkpoint. */
  private enum Outcome {
    REFUSED,
    HARMLESS
  }

  /** Creates the contract, for one test. */
  protected DamageContract() {}

  /**
   * Makes the backend to test.
   *
   * @param directory as in {@link FaultContract#newBackend}
   * @return a new backend
   */
  protected abstract StateBackend newBackend(Path directory);

  /**
   * Opens the checkpoint storage whose files are damaged; by default {@link FileCheckpointStorage}.
   *
   * @param directory where, on a file system in memory
   * @return the storage
   */
  protected CheckpointStorage openStorage(Path directory) {
    return FileCheckpointStorage.open(directory);
  }

  /**
   * Returns about how many damages of each kind are tried in every build at most; by default 2,000.
   * A backend that takes long to open tries fewer.
   *
   * @return a number, 1 or more
   */
  protected int casesInBuild() {
    return 2_000;
  }

  @BeforeEach
  final void takeCheckpoints() {
    takeCheckpoints(1);
  }

  /** Takes three checkpoints, of which the last two are kept. */
  private void takeCheckpoints(int changesEach) {
    files = FaultFileSystem.create();
    history = new History();
    try (FaultySession session = FaultySession.start(setup, root(files), 2)) {
      for (int id = 1; id <= DAMAGED_ID; id++) {
        for (int i = 0; i < changesEach; i++) {
          session.change((long) id * changesEach + i);
        }
        assertThat(session.checkpoint(history)).as("checkpoint %d is complete", id).isTrue();
      }
    }
    readContents();
  }

  private static Path root(FaultFileSystem files) {
    return files.getPath("/job");
  }

  private static Path checkpoints(FaultFileSystem files) {
    return root(files).resolve("checkpoints");
  }

  /** Reads all files of both checkpoints, by their paths beneath the directory of checkpoints. */
  private void readContents() {
    Path checkpoints = checkpoints(files);
    contents.clear();
    try (Stream<Path> found = Files.walk(checkpoints)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        contents.put(checkpoints.relativize(file).toString(), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Lists what the damaged checkpoint consists of. */
  private List<String> filesOfCheckpoint() {
    return contents.keySet().stream()
        .filter(
            file ->
                file.startsWith(DAMAGED_DIRECTORY)
                    || (file.startsWith(SHARED_DIRECTORY) && without(file) == Outcome.REFUSED))
        .toList();
  }

  private Outcome without(String file) {
    FaultFileSystem damaged = files.crash(Unsynced.kept());
    try {
      Files.delete(checkpoints(damaged).resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return check("missing " + file, file, damaged);
  }

  private byte[] bytesOf(String file) {
    return requireNonNull(contents.get(file)).clone();
  }

  /** Changes one file and checks what a program does that restores the checkpoint. */
  private Outcome damage(String what, String file, UnaryOperator<byte[]> change)
      throws IOException {
    FaultFileSystem damaged = files.crash(Unsynced.kept());
    Path path = checkpoints(damaged).resolve(file);
    Files.write(path, change.apply(bytesOf(file)));
    return check(what + " of " + file, file, damaged);
  }

  private Outcome check(String what, String file, FaultFileSystem damaged) {
    Outcome outcome = restoreDamaged(what, file, damaged);
    assertThat(damaged.openFiles()).as("files left open, %s", what).isEmpty();
    if (outcome == Outcome.REFUSED && refusedCount++ % FALL_BACK_STEP == 0) {
      checkFallsBack(what, damaged);
    }
    return outcome;
  }

  private Outcome restoreDamaged(String what, String file, FaultFileSystem damaged) {
    try (FaultySession session =
        new FaultySession(
            setup, root(damaged), 3, (builder, storage) -> builder.restoreFrom(DAMAGED_ID))) {
      history.checkHolds(DAMAGED_ID, session.state());
      return Outcome.HARMLESS;
    } catch (CorruptStateException e) {
      assertThat(e).as(what).hasMessageContaining(file);
      if (file.startsWith(DAMAGED_DIRECTORY)) {
        assertThat(e.file()).as("the file that the exception names, %s", what).isNotNull();
      }
      return Outcome.REFUSED;
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          "a damaged checkpoint is not refused with a CorruptStateException: " + what, e);
    }
  }

  /** The checkpoint before is restored, unless it shares the damaged file. */
  private void checkFallsBack(String what, FaultFileSystem damaged) {
    try (FaultySession session = FaultySession.start(setup, root(damaged), 1)) {
      assertThat(session.restoredId()).as("what is restored, %s", what).isEqualTo(DAMAGED_ID - 1);
      history.checkHolds(DAMAGED_ID - 1, session.state());
    } catch (CorruptStateException e) {
      assertThat(e).as(what).hasMessageContaining("every checkpoint is damaged");
      assertThat(what)
          .as("both checkpoints are damaged only by what they share")
          .contains(SHARED_DIRECTORY);
    }
  }

  /**
   * Bytes of entries that are changed under right checksums, as a bug or bad memory would: nobody
   * can tell that they are wrong, but no reader may fail otherwise than by refusing them.
   */
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
    changeEntries(20_000);
  }

  private void changeEntries(int count) throws IOException {
    List<String> snapshots =
        filesOfCheckpoint().stream().filter(file -> file.endsWith(".snapshot")).toList();
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
   * The engine's own files are changed likewise. Their checksums in the metadata are made right,
   * those that the engine has in them are not.
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
    changeNativeFiles(10_000);
  }

  private void changeNativeFiles(int count) throws IOException {
    List<String> shared =
        filesOfCheckpoint().stream().filter(file -> file.startsWith(SHARED_DIRECTORY)).toList();
    assumeFalse(shared.isEmpty(), "the backend has no native snapshots");
    changeUnderRightChecksums(
        "changed native files",
        count,
        random -> {
          String file = shared.get(random.nextInt(shared.size()));
          return new Change(file, overwritten(bytesOf(file), random));
        });
  }

  /** What an engine writes into the metadata to find its files again is changed likewise. */
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
    changeManifests(20_000);
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
      FaultFileSystem changed = files.crash(Unsynced.kept());
      Files.write(checkpoints(changed).resolve(change.file), change.bytes);
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
    try (FaultySession session =
        new FaultySession(
            setup, root(changed), 1, (builder, storage) -> builder.restoreFrom(DAMAGED_ID))) {
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

  private static void report(String what, int count) {
    LOGGER.log(Level.INFO, "{0}: refused={1}", what, count);
  }

  @Test
  final void flippedBits() throws IOException {
    flipBits(casesInBuild());
  }

  @Test
  @Tag("slow")
  final void flippedBits_everyOneOf64KiB() throws IOException {
    takeCheckpoints(CHANGES_OF_64_KIB);
    flipBits(Integer.MAX_VALUE);
  }

  private void flipBits(int caseCountMax) throws IOException {
    List<String> damaged = filesOfCheckpoint();
    // Odd, so that each bit of a byte has its turn.
    long step = (Byte.SIZE * byteCount(damaged) / caseCountMax) | 1;
    int count = 0;
    for (String file : damaged) {
      long bitCount = (long) bytesOf(file).length * Byte.SIZE;
      for (long bit = 0; bit < bitCount; bit += step) {
        int at = (int) (bit / Byte.SIZE);
        int mask = 1 << bit % Byte.SIZE;
        Outcome outcome =
            damage(
                "bit " + bit,
                file,
                bytes -> {
                  bytes[at] ^= (byte) mask;
                  return bytes;
                });
        assertThat(outcome).as("%s with bit %d flipped", file, bit).isEqualTo(Outcome.REFUSED);
        count++;
      }
    }
    report("flipped bits in %d bytes".formatted(byteCount(damaged)), count);
  }

  private long byteCount(List<String> of) {
    return of.stream().mapToLong(file -> bytesOf(file).length).sum();
  }

  @Test
  final void truncations() throws IOException {
    truncate(casesInBuild());
  }

  @Test
  @Tag("slow")
  final void truncations_everyLengthOf64KiB() throws IOException {
    takeCheckpoints(CHANGES_OF_64_KIB);
    truncate(Integer.MAX_VALUE);
  }

  private void truncate(int caseCountMax) throws IOException {
    List<String> damaged = filesOfCheckpoint();
    int step = (int) (1 + byteCount(damaged) / caseCountMax);
    int count = 0;
    for (String file : damaged) {
      int length = bytesOf(file).length;
      for (int cut = 0; cut < length; cut += step) {
        int newLength = cut;
        Outcome outcome =
            damage("cut to " + cut + " bytes", file, bytes -> Arrays.copyOf(bytes, newLength));
        assertThat(outcome).as("%s cut to %d bytes", file, cut).isEqualTo(Outcome.REFUSED);
        count++;
      }
      Outcome longer = damage("a byte more", file, bytes -> Arrays.copyOf(bytes, length + 1));
      assertThat(longer).as("%s with a byte more", file).isEqualTo(Outcome.REFUSED);
    }
    report("truncations of %d bytes".formatted(byteCount(damaged)), count);
  }

  @Test
  final void missingFiles() {
    for (String file : filesOfCheckpoint()) {
      if (file.endsWith("/_metadata")) {
        continue; // Without it there is no checkpoint at all.
      }
      assertThat(without(file)).as("%s is missing", file).isEqualTo(Outcome.REFUSED);
    }
  }

  /** Each file in the place of each other, where they differ: also of the checkpoint before. */
  @Test
  final void exchangedFiles() throws IOException {
    List<String> own = filesOfCheckpoint();
    int count = 0;
    for (String file : own) {
      for (String other : contents.keySet()) {
        byte[] bytes = bytesOf(other);
        if (!Arrays.equals(bytes, bytesOf(file))) {
          Outcome outcome = damage("bytes of " + other + " in the place", file, old -> bytes);
          assertThat(outcome).as("%s in the place of %s", other, file).isEqualTo(Outcome.REFUSED);
          count++;
        }
      }
    }
    report("exchanged files", count);
  }

  @Test
  final void randomDamage() throws IOException {
    damageAtRandom(Math.min(300, casesInBuild()));
  }

  @Test
  @Tag("slow")
  final void randomDamage_ofMore() throws IOException {
    takeCheckpoints(2_000);
    damageAtRandom(5_000);
  }

  private void damageAtRandom(int count) throws IOException {
    long seed = Seeds.any();
    Random random = new Random(seed);
    List<String> all = filesOfCheckpoint();
    int refused = 0;
    for (int i = 0; i < count; i++) {
      String file = all.get(random.nextInt(all.size()));
      String what = "random damage %d, %s,".formatted(i, Seeds.replay(seed));
      byte[] changed = overwritten(bytesOf(file), random);
      if (!Arrays.equals(changed, bytesOf(file))) {
        assertThat(damage(what, file, bytes -> changed)).as(what).isEqualTo(Outcome.REFUSED);
        refused++;
      }
    }
    report("random damage, seed=" + seed, refused);
  }

  /** Overwrites, fills with zeros, or moves some of the bytes. */
  private static byte[] overwritten(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - from));
    byte[] changed = bytes.clone();
    switch (random.nextInt(3)) {
      case 0 -> {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, changed, from, length);
      }
      case 1 -> Arrays.fill(changed, from, from + length, (byte) random.nextInt(2));
      default -> System.arraycopy(bytes, 0, changed, from, length);
    }
    return changed;
  }
}
