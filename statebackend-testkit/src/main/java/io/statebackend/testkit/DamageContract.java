// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.CorruptStateException;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Damaged files of a checkpoint never become wrong state: whatever byte is flipped, cut off,
 * overwritten or exchanged, the checkpoint is refused with a {@link CorruptStateException} that
 * names the file, nothing of it is restored, and the checkpoint before takes its place.
 */
public abstract class DamageContract extends DamagedFilesContract {
  /** Changes of the state that make a checkpoint of about 64 KiB. */
  private static final int CHANGES_OF_64_KIB = 400;

  /**
   * For one out of this number of refused checkpoints the fall-back is tried too, which takes
   * longer.
   */
  private static final int FALL_BACK_STEP = 97;

  /** One out of this number of flipped bits reports the progress. */
  private static final int REPORT_STEP = 50_000;

  private int refusedCount;

  /** Creates the contract, for one test. */
  protected DamageContract() {}

  /** Lists what the damaged checkpoint consists of. */
  private List<String> filesOfCheckpoint() {
    return files().stream()
        .filter(
            file ->
                file.startsWith(DAMAGED_DIRECTORY)
                    || (file.startsWith(SHARED_DIRECTORY) && without(file) == Outcome.REFUSED))
        .toList();
  }

  private Outcome without(String file) {
    FaultFileSystem damaged = copy();
    try {
      Files.delete(checkpoints(damaged).resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return check("missing " + file, file, damaged);
  }

  /** Changes one file and checks what a program does that restores the checkpoint. */
  private Outcome damage(String what, String file, UnaryOperator<byte[]> change)
      throws IOException {
    return check(what + " of " + file, file, copyWith(file, change.apply(bytesOf(file))));
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
    try (FaultySession session = restore(damaged, 3)) {
      history().checkHolds(DAMAGED_ID, session.state());
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
    try (FaultySession session = restoreLatest(damaged)) {
      assertThat(session.restoredId()).as("what is restored, %s", what).isEqualTo(DAMAGED_ID - 1);
      history().checkHolds(DAMAGED_ID - 1, session.state());
    } catch (CorruptStateException e) {
      assertThat(e).as(what).hasMessageContaining("every checkpoint is damaged");
      assertThat(what)
          .as("both checkpoints are damaged only by what they share")
          .contains(SHARED_DIRECTORY);
    }
  }

  @Test
  final void flippedBits() throws IOException {
    flipBits(casesInBuild());
  }

  @Test
  @Tag("slow")
  final void flippedBits_everyOneOf64KiB() throws IOException {
    takeCheckpoints(CHANGES_OF_64_KIB);
    flipBits(casesInSoak());
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
        if (count % REPORT_STEP == 0) {
          report("flipped bits so far", count);
        }
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
    truncate(casesInSoak());
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
      for (String other : files()) {
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
    damageAtRandom(Math.min(5_000, casesInSoak()));
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
}
