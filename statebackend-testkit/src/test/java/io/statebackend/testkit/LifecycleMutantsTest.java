// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static io.statebackend.testkit.ContractRun.assertFails;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The contract of the life of checkpoints bites, with faults of engines and of storages. */
final class LifecycleMutantsTest {

  /** A program on an engine with a fault. */
  abstract static class OnEngine extends CheckpointLifecycleContract {
    private final IncrementalBackend.Fault fault;

    OnEngine(IncrementalBackend.Fault fault) {
      this.fault = fault;
    }

    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend(fault);
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return MemoryCheckpointStorage.create();
    }
  }

  static final class AbortIgnored extends OnEngine {
    AbortIgnored() {
      super(IncrementalBackend.Fault.ABORT_IGNORED);
    }
  }

  static final class LostFilesNotForgotten extends OnEngine {
    LostFilesNotForgotten() {
      super(IncrementalBackend.Fault.LOST_FILES_NOT_FORGOTTEN);
    }
  }

  static final class WriteErrorSwallowed extends OnEngine {
    WriteErrorSwallowed() {
      super(IncrementalBackend.Fault.WRITE_ERROR_SWALLOWED);
    }
  }

  /** A program on a storage with a fault. */
  abstract static class OnStorage extends CheckpointLifecycleContract {
    private final MutantStorage.Fault fault;

    OnStorage(MutantStorage.Fault fault) {
      this.fault = fault;
    }

    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return new MutantStorage(directory, fault);
    }
  }

  static final class PlaceNotTold extends OnStorage {
    PlaceNotTold() {
      super(MutantStorage.Fault.PLACE_NOT_TOLD);
    }
  }

  static final class ListingStale extends OnStorage {
    ListingStale() {
      super(MutantStorage.Fault.LISTING_STALE);
    }
  }

  @Test
  void abortIgnored() {
    assertFails(AbortIgnored.class, "storage_throws_checkpointEndsAndOthersGoOn");
  }

  @Test
  void lostFilesNotForgotten() {
    assertFails(
        LostFilesNotForgotten.class, "sharedFiles_areLost_checkpointIsAbortedAndTheNextOneIsWhole");
  }

  @Test
  void writeErrorSwallowed() {
    assertFails(WriteErrorSwallowed.class, "storage_throws_checkpointEndsAndOthersGoOn");
  }

  @Test
  void placeNotTold() {
    assertFails(PlaceNotTold.class, "secondCoordinator_isRefusedUntilTheFirstIsClosed");
  }

  @Test
  void listingStale() {
    assertFails(ListingStale.class, "sharedFiles_areLost_checkpointIsAbortedAndTheNextOneIsWhole");
  }
}
