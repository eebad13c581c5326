// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.MutantBackend.Fault;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

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

  @Test
  void staleEntryAfterRemove() {
    assertThat(failuresOf(StaleEntryAfterRemove.class))
        .anyMatch(test -> test.contains("remove_oneOfSeveral"));
  }

  @Test
  void lastEntryLost() {
    assertThat(failuresOf(LastEntryLost.class))
        .anyMatch(test -> test.contains("restore_everyKindOfState"));
  }

  @Test
  void mapClearDoesNothing() {
    assertThat(failuresOf(MapClearDoesNothing.class))
        .anyMatch(test -> test.contains("clear_removesThisKeyOnly"));
  }

  @Test
  void valueClearDoesNothing() {
    assertThat(failuresOf(ValueClearDoesNothing.class))
        .anyMatch(test -> test.contains("clear_removesThisKeyOnly"));
  }

  @Test
  void imageSharesLiveMap() {
    assertThat(failuresOf(ImageSharesLiveMap.class))
        .anyMatch(test -> test.contains("freeze_ownerOverwrites"));
  }

  @Test
  void keyGroupForgottenOnLoad() {
    assertThat(failuresOf(KeyGroupForgottenOnLoad.class))
        .anyMatch(test -> test.contains("rescale_fromEachToEach"));
  }

  @Test
  void valueSharedWithCaller() {
    assertThat(failuresOf(ValueSharedWithCaller.class))
        .anyMatch(test -> test.contains("update_callerChangesValueAfterwards"));
  }

  @Test
  void namespaceIgnored() {
    assertThat(failuresOf(NamespaceIgnored.class))
        .anyMatch(test -> test.contains("in_eachNamespaceHasItsOwn"));
  }

  @Test
  void cursorEndsWithImage() {
    assertThat(failuresOf(CursorEndsWithImage.class))
        .anyMatch(test -> test.contains("close_whileACursorIsInUse"));
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
    assertThat(
            EngineTestKit.engine("junit-jupiter")
                .selectors(selectMethod(Modelled.class, "equalsModel"))
                .execute()
                .testEvents()
                .failed()
                .stream())
        .isNotEmpty()
        .allSatisfy(
            event ->
                assertThat(event.getRequiredPayload(TestExecutionResult.class).getThrowable())
                    .get(InstanceOfAssertFactories.THROWABLE)
                    .hasMessageContaining("shrunk to 2 steps")
                    .hasMessageContaining("PUT")
                    .hasMessageContaining("REMOVE_FROM_MAP")
                    .hasMessageContaining("-Dstatebackend.seed="));
  }

  /** Runs a contract as a build would, and returns the names of the methods that failed. */
  private static List<String> failuresOf(Class<?> contract) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(contract))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getTestDescriptor().getUniqueId().toString())
        .toList();
  }
}
