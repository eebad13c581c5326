// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static io.statebackend.testkit.ContractRun.assertFails;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.testkit.MutantStorage.Fault;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The contracts of storages bite: each fault is caught by the contract that is there for it. */
final class StorageMutantsTest {

  /** A program on a mutant. */
  abstract static class Program extends FaultContract {
    private final Fault fault;

    Program(Fault fault) {
      this.fault = fault;
    }

    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, fault);
    }
  }

  static final class FsyncSkipped extends Program {
    FsyncSkipped() {
      super(Fault.FSYNC_SKIPPED);
    }
  }

  static final class RenamedBeforeSync extends Program {
    RenamedBeforeSync() {
      super(Fault.RENAMED_BEFORE_SYNC);
    }

    /** Every one: the fault shows at one change of a file only, which a sample may miss. */
    @Override
    protected int pointsInBuild() {
      return 100_000;
    }
  }

  static final class DirectorySyncSkipped extends Program {
    DirectorySyncSkipped() {
      super(Fault.DIRECTORY_SYNC_SKIPPED);
    }
  }

  static final class DeletedBeforeCommit extends Program {
    DeletedBeforeCommit() {
      super(Fault.DELETED_BEFORE_COMMIT);
    }
  }

  static final class PublishedInPlace extends Program {
    PublishedInPlace() {
      super(Fault.PUBLISHED_IN_PLACE);
    }
  }

  static final class FileLeftOpen extends Program {
    FileLeftOpen() {
      super(Fault.FILE_LEFT_OPEN);
    }
  }

  static final class DeletionNotRepeatable extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.DELETION_NOT_REPEATABLE);
    }
  }

  static final class LastBlockLost extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.LAST_BLOCK_LOST);
    }
  }

  static final class FileNameReused extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.FILE_NAME_REUSED);
    }
  }

  static final class EndOfFileSwallowed extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.END_OF_FILE_SWALLOWED);
    }
  }

  static final class EmptyDirectoryKept extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.EMPTY_DIRECTORY_KEPT);
    }
  }

  static final class InputLostByInterrupt extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.INPUT_LOST_BY_INTERRUPT);
    }
  }

  static final class ChecksumSwallowed extends DamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, Fault.CHECKSUM_SWALLOWED);
    }
  }

  @Test
  void checksumSwallowed() {
    assertFails(ChecksumSwallowed.class, "flippedBits");
  }

  @Test
  void fileLeftOpen() {
    assertFails(FileLeftOpen.class, "crash_atTheEnd");
  }

  @Test
  void deletionNotRepeatable() {
    assertFails(DeletionNotRepeatable.class, "delete_again");
  }

  @Test
  void fsyncSkipped() {
    assertFails(FsyncSkipped.class, "crash_atTheEnd");
  }

  @Test
  void renamedBeforeSync() {
    assertFails(RenamedBeforeSync.class, "crash_atManyChanges");
  }

  @Test
  void directorySyncSkipped() {
    assertFails(DirectorySyncSkipped.class, "crash_atTheEnd");
  }

  @Test
  void deletedBeforeCommit() {
    assertFails(DeletedBeforeCommit.class, "crash_atManyChanges");
  }

  @Test
  void publishedInPlace() {
    assertFails(PublishedInPlace.class, "crash_atManyChanges");
  }

  @Test
  void lastBlockLost() {
    assertFails(LastBlockLost.class, "create_committed");
  }

  @Test
  void fileNameReused() {
    assertFails(FileNameReused.class, "create_fileThatIsThere");
  }

  @Test
  void endOfFileSwallowed() {
    assertFails(EndOfFileSwallowed.class, "read_pastTheEnd");
  }

  @Test
  void emptyDirectoryKept() {
    assertFails(EmptyDirectoryKept.class, "delete_lastFileOfADirectory_takesTheDirectoryAlong");
  }

  @Test
  void inputLostByInterrupt() {
    assertFails(InputLostByInterrupt.class, "read_interruptedThread");
  }
}
