// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** The queue of snapshots between a coordinator and an executor that may do anything. */
final class SnapshotWritersTest {
  private final Queue<Runnable> requests = new ArrayDeque<>();
  private final List<Integer> done = new ArrayList<>();
  private boolean isDropping;

  private final SnapshotWriters writers =
      new SnapshotWriters(
          request -> {
            if (!isDropping) {
              requests.add(request);
            }
          });

  private void runRequests() {
    for (Runnable request = requests.poll(); request != null; request = requests.poll()) {
      request.run();
    }
  }

  @Test
  void execute_afterManyWereDropped_runsAllThatWait() {
    isDropping = true;
    for (int i = 0; i < 1000; i++) {
      Runnable first = () -> done.add(-1);
      Runnable second = () -> done.add(-2);
      writers.execute(first);
      writers.execute(second);
      writers.remove(first);
      writers.remove(second);
    }
    isDropping = false;
    for (int i = 0; i < 3; i++) {
      int number = i;
      writers.execute(() -> done.add(number));
    }
    runRequests();
    assertThat(done).containsExactly(0, 1, 2);
    // From then on each one has a request of its own again.
    for (int i = 3; i < 6; i++) {
      int number = i;
      writers.execute(() -> done.add(number));
    }
    assertThat(requests).hasSize(3);
    runRequests();
    assertThat(done).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void execute_executorDoesNothingAndTasksAreTakenOut_requestsDoNotPileUp() {
    int checkpointCount = 100;
    for (int i = 0; i < checkpointCount; i++) {
      List<Runnable> tasks = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        int number = j;
        Runnable task = () -> done.add(number);
        tasks.add(task);
        writers.execute(task);
      }
      tasks.forEach(writers::remove);
    }
    assertThat(requests).hasSizeLessThan(2 * 50 + 64 + checkpointCount);
    runRequests();
    assertThat(done).isEmpty();
  }
}
