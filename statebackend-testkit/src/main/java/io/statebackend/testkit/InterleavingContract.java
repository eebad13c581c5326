// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * An image reads the same whatever the owner does meanwhile, in every order that there is.
 *
 * <p>The owner's writes and the steps of reading an image, which is opening a cursor, moving it and
 * fetching what it stands on, are done one at a time by one thread, in each of their orders. What
 * threads see of each other besides is for {@link SnapshotIsolationContract} to try.
 */
public abstract class InterleavingContract extends BackendContract {
  private static final Logger LOGGER = System.getLogger(InterleavingContract.class.getName());
  private static final String KEY = "key";
  private static final String NAMESPACE = "namespace";

  /** Creates the contract, for one test. */
  protected InterleavingContract() {}

  private static void fill(TestStore store) {
    store.values().put(store.at(KEY), NAMESPACE, List.of(1L));
    store.lists().add(store.at(KEY), NAMESPACE, List.of(2L));
    store.lists().add(store.at(KEY), NAMESPACE, List.of(3L));
    store.maps().put(store.at(KEY), NAMESPACE, "a", List.of(4L));
    store.maps().put(store.at(KEY), NAMESPACE, "b", List.of(5L));
  }

  private static List<Runnable> overwriting(TestStore store) {
    return List.of(
        () -> store.values().put(store.at(KEY), NAMESPACE, List.of(11L)),
        () -> store.lists().add(store.at(KEY), NAMESPACE, List.of(12L)),
        () -> store.maps().put(store.at(KEY), NAMESPACE, "a", List.of(14L)),
        () -> store.maps().remove(store.at(KEY), NAMESPACE, "b"));
  }

  private static List<Runnable> clearingAndWritingAgain(TestStore store) {
    return List.of(
        () -> store.values().clear(store.at(KEY), NAMESPACE),
        () -> store.lists().clear(store.at(KEY), NAMESPACE),
        () -> store.maps().clear(store.at(KEY), NAMESPACE),
        () -> fill(store));
  }

  private static List<Runnable> freezingAgain(TestStore store) {
    return List.of(
        () -> store.values().put(store.at(KEY), NAMESPACE, List.of(21L)),
        () -> store.freeze().close(),
        () -> store.values().put(store.at(KEY), NAMESPACE, List.of(22L)),
        () -> store.lists().set(store.at(KEY), NAMESPACE, List.of(List.of(23L))));
  }

  /** Reads the tables of one key group of an image, step by step. */
  private static final class Reading {
    private final FrozenStore image;
    private final int keyGroup;
    private final List<String> found = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>();
    private @Nullable EntryCursor cursor;

    Reading(FrozenStore image, int keyGroup) {
      this.image = image;
      this.keyGroup = keyGroup;
      TestStore.TABLES.forEach(this::addSteps);
    }

    private void addSteps(String table) {
      steps.add(() -> cursor = image.entries(table, keyGroup));
      steps.add(() -> found.add(table + " " + open().next()));
      steps.add(() -> found.add(entry()));
      steps.add(this::readRest);
    }

    private EntryCursor open() {
      return requireNonNull(cursor);
    }

    private String entry() {
      BinaryOutput out = new BinaryOutput();
      open().writeKey(out);
      open().writeNamespace(out);
      open().writeValue(out);
      return HexFormat.of().formatHex(out.toByteArray());
    }

    private void readRest() {
      try (EntryCursor rest = open()) {
        while (rest.next()) {
          found.add(entry());
        }
      }
    }
  }

  @Test
  final void image_ownerOverwrites() {
    tryEveryOrder(InterleavingContract::overwriting);
  }

  @Test
  final void image_ownerClearsAndWritesAgain() {
    tryEveryOrder(InterleavingContract::clearingAndWritingAgain);
  }

  @Test
  final void image_ownerFreezesAgain() {
    tryEveryOrder(InterleavingContract::freezingAgain);
  }

  /** What the owner does to a store. */
  private interface Writes {
    List<Runnable> to(TestStore store);
  }

  private void tryEveryOrder(Writes writes) {
    List<String> expected = readInOrder(writes, 0);
    int stepCount = 4 * TestStore.TABLES.size();
    int writeCount = 4;
    int orderCount = 0;
    for (int order = 0; order < 1 << (stepCount + writeCount); order++) {
      if (Integer.bitCount(order) == writeCount) {
        assertThat(readInOrder(writes, order))
            .as("an image that is read while the owner writes in order %x", order)
            .isEqualTo(expected);
        orderCount++;
      }
    }
    LOGGER.log(Level.INFO, "orders of writing while an image is read: points={0}", orderCount);
  }

  /** Reads an image, with the writes where an order has its bits; those left over come last. */
  private List<String> readInOrder(Writes writes, int order) {
    try (TestStore store = new TestStore(backend())) {
      fill(store);
      try (FrozenStore image = store.freeze()) {
        Reading reading = new Reading(image, store.at(KEY).keyGroup());
        List<Runnable> left = new ArrayList<>(writes.to(store));
        int bits = order;
        for (Runnable step : reading.steps) {
          for (; (bits & 1) != 0; bits >>>= 1) {
            left.remove(0).run();
          }
          bits >>>= 1;
          step.run();
        }
        left.forEach(Runnable::run);
        return reading.found;
      }
    }
  }
}
