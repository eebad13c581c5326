// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StableHash;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/**
 * Carries words from the source to the workers, each word to the worker that owns its key group.
 *
 * <p>What is put in a queue is something for the worker to do. A message to all workers stays in
 * its place between the words before and after it: this is what makes a checkpoint consistent. The
 * queues are bounded, so a slow worker slows the source.
 */
final class Exchange {
  private static final int BATCH_WORD_COUNT_MAX = 1024;
  private static final int QUEUE_LENGTH_MAX = 16;

  private final int maxParallelism;
  private final List<BlockingQueue<Consumer<CountTask>>> queues = new ArrayList<>();

  /** The words that wait until there are enough of them; one list per worker. */
  private final List<List<String>> batches = new ArrayList<>();

  Exchange(int maxParallelism, int workerCount) {
    this.maxParallelism = maxParallelism;
    for (int worker = 0; worker < workerCount; worker++) {
      queues.add(new ArrayBlockingQueue<>(QUEUE_LENGTH_MAX));
      batches.add(new ArrayList<>());
    }
  }

  /** Sends a word to its worker. */
  void send(String word) throws InterruptedException {
    int keyGroup = StableHash.keyGroup(Serializers.STRING.stableHash(word), maxParallelism);
    int worker = KeyGroupRange.subtaskOf(maxParallelism, queues.size(), keyGroup);
    List<String> batch = batches.get(worker);
    batch.add(word);
    if (batch.size() >= BATCH_WORD_COUNT_MAX) {
      flush(worker);
    }
  }

  /** Sends a message to all workers, behind all words sent so far. */
  void broadcast(Consumer<CountTask> message) throws InterruptedException {
    for (int worker = 0; worker < queues.size(); worker++) {
      flush(worker);
    }
    for (BlockingQueue<Consumer<CountTask>> queue : queues) {
      queue.put(message);
    }
  }

  private void flush(int worker) throws InterruptedException {
    List<String> batch = batches.get(worker);
    if (!batch.isEmpty()) {
      batches.set(worker, new ArrayList<>(BATCH_WORD_COUNT_MAX));
      queues.get(worker).put(task -> task.count(batch));
    }
  }

  /** Waits for the next message to a worker. */
  Consumer<CountTask> take(int worker) throws InterruptedException {
    return queues.get(worker).take();
  }
}
