// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static io.statebackend.testkit.ContractRun.failuresOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.MutantBackend.Fault;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contracts bite: each fault is caught by the contract that is there to catch it. */
final class MutantsTest {

  static final class MapClearDoesNothing extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.MAP_CLEAR_DOES_NOTHING);
    }
  }

  static final class ValueClearDoesNothing extends ValueStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.VALUE_CLEAR_DOES_NOTHING);
    }
  }

  static final class ImageSharesLiveMap extends SnapshotIsolationContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.IMAGE_SHARES_LIVE_MAP);
    }
  }

  static final class KeyGroupForgottenOnLoad extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.KEY_GROUP_FORGOTTEN_ON_LOAD);
    }
  }

  static final class ValueSharedWithCaller extends ValueStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.VALUE_SHARED_WITH_CALLER);
    }
  }

  static final class NamespaceIgnored extends NamespaceContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.NAMESPACE_IGNORED);
    }
  }

  static final class CursorEndsWithImage extends SnapshotIsolationContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.CURSOR_ENDS_WITH_IMAGE);
    }
  }

  static final class StaleEntryAfterRemove extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.STALE_ENTRY_AFTER_REMOVE);
    }
  }

  static final class LastEntryLost extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.LAST_ENTRY_LOST);
    }
  }

  static final class ListReplacedByAdding extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.LIST_REPLACED_BY_ADDING);
    }
  }

  static final class KeyRunsIntoNamespace extends AwkwardKeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.KEY_RUNS_INTO_NAMESPACE);
    }
  }

  static final class ReplacedValueCounted extends KeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.REPLACED_VALUE_COUNTED);
    }
  }

  static final class LongValueCut extends BigStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.LONG_VALUE_CUT);
    }
  }

  static final class ClosedStoreSeemsEmpty extends CloseContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.CLOSED_STORE_SEEMS_EMPTY);
    }
  }

  static final class ImageSharesLiveMapInEachOrder extends InterleavingContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.IMAGE_SHARES_LIVE_MAP);
    }
  }

  static final class OwnFormInImages extends PortableContract {
    @Override
    protected List<StateBackend> newBackends(Path directory) {
      return List.of(new MutantBackend(Fault.OWN_FORM_IN_IMAGES));
    }
  }

  @Test
  void staleEntryAfterRemove() {
    assertThat(failuresOf(StaleEntryAfterRemove.class, "remove_oneOfSeveral")).isNotEmpty();
  }

  @Test
  void lastEntryLost() {
    assertThat(failuresOf(LastEntryLost.class, "restore_everyKindOfState")).isNotEmpty();
  }

  @Test
  void mapClearDoesNothing() {
    assertThat(failuresOf(MapClearDoesNothing.class, "clear_removesThisKeyOnly")).isNotEmpty();
  }

  @Test
  void valueClearDoesNothing() {
    assertThat(failuresOf(ValueClearDoesNothing.class, "clear_removesThisKeyOnly")).isNotEmpty();
  }

  @Test
  void imageSharesLiveMap() {
    assertThat(failuresOf(ImageSharesLiveMap.class, "freeze_ownerOverwrites")).isNotEmpty();
  }

  @Test
  void keyGroupForgottenOnLoad() {
    assertThat(failuresOf(KeyGroupForgottenOnLoad.class, "rescale_fromEachToEach")).isNotEmpty();
  }

  @Test
  void valueSharedWithCaller() {
    assertThat(failuresOf(ValueSharedWithCaller.class, "update_callerChangesValueAfterwards"))
        .isNotEmpty();
  }

  @Test
  void namespaceIgnored() {
    assertThat(failuresOf(NamespaceIgnored.class, "in_eachNamespaceHasItsOwn")).isNotEmpty();
  }

  @Test
  void cursorEndsWithImage() {
    assertThat(failuresOf(CursorEndsWithImage.class, "close_whileACursorIsInUse")).isNotEmpty();
  }

  @Test
  void listReplacedByAdding() {
    assertThat(failuresOf(ListReplacedByAdding.class, "update_replacesAll")).isNotEmpty();
  }

  @Test
  void keyRunsIntoNamespace() {
    assertThat(failuresOf(KeyRunsIntoNamespace.class, "strings")).isNotEmpty();
  }

  @Test
  void replacedValueCounted() {
    assertThat(failuresOf(ReplacedValueCounted.class, "entryCount_followsEveryChange"))
        .isNotEmpty();
  }

  @Test
  void longValueCut() {
    assertThat(failuresOf(LongValueCut.class, "value_of64Mebibytes")).isNotEmpty();
  }

  @Test
  void closedStoreSeemsEmpty() {
    assertThat(failuresOf(ClosedStoreSeemsEmpty.class, "close_storeWithImageAndCursorInUse"))
        .isNotEmpty();
  }

  @Test
  void imageSharesLiveMapInEachOrder() {
    assertThat(failuresOf(ImageSharesLiveMapInEachOrder.class, "image_ownerOverwrites"))
        .isNotEmpty();
  }

  /** What it writes it can read: only another engine sees that it is not the portable format. */
  @Test
  void ownFormInImages() {
    assertThat(failuresOf(OwnFormInImages.class, "move_fromEachToEach"))
        .as("of four ways, those from one engine to the other")
        .hasSize(2);
  }

  static final class Modelled extends ModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new MutantBackend(Fault.STALE_ENTRY_AFTER_REMOVE);
    }
  }

  /** Two steps are enough to meet the fault: one that puts, and one that removes. */
  @Test
  void failingSequenceIsShrunk() {
    assertThat(failuresOf(Modelled.class, "equalsModel"))
        .isNotEmpty()
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .hasMessageContaining("shrunk to 2 steps")
                    .hasMessageContaining("PUT")
                    .hasMessageContaining("REMOVE_FROM_MAP")
                    .hasMessageContaining("-Dstatebackend.seed="));
  }

  static final class ModelledStore extends StoreModelContract<MutantBackend> {
    @Override
    protected MutantBackend open(Path directory, long seed) {
      return new MutantBackend(Fault.STALE_ENTRY_AFTER_REMOVE);
    }

    @Override
    protected String settings(long seed) {
      return "fault=stale entry";
    }

    @Override
    protected boolean countsEntries() {
      return false;
    }
  }

  @Test
  void failingStoreTellsSeedAndSettings() {
    assertThat(failuresOf(ModelledStore.class, "equalsModel"))
        .hasSize(6)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .hasMessageContaining("step=")
                    .hasMessageContaining("fault=stale entry")
                    .hasMessageContaining("-Dstatebackend.seed="));
  }
}
