// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.testkit.fault.FaultObjectServer;
import io.statebackend.testkit.fault.ObjectRequest.Effect;
import io.statebackend.testkit.fault.ObjectRequest.Operation;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Of several writers that publish the same name, one has published it, and knows it. */
@Timeout(120)
final class S3RacesTest {
  private static final int WRITER_COUNT = 4;
  private static final int KEY_COUNT = 20;

  private static void race(URI endpoint, String prefix) throws Exception {
    S3CheckpointStorageBuilder builder = TestStores.builder(endpoint).prefix(prefix);
    ExecutorService threads = Executors.newFixedThreadPool(WRITER_COUNT);
    try (AwsObjectStore store = builder.newStore()) {
      for (int key = 0; key < KEY_COUNT; key++) {
        String object = builder.keyPrefix() + key;
        List<String> winners = Collections.synchronizedList(new ArrayList<>());
        List<Future<?>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITER_COUNT; writer++) {
          byte[] content = ("content of " + writer).getBytes(UTF_8);
          writers.add(
              threads.submit(
                  () -> {
                    if (new Publication(store, 1).put(object, content, content.length)) {
                      winners.add(new String(content, UTF_8));
                    }
                  }));
        }
        for (Future<?> writer : writers) {
          Object unused = writer.get();
        }
        assertThat(winners).as("who has published %s", object).hasSize(1);
        byte[] stored = store.get(object, 0, 100, null).content();
        assertThat(new String(stored, UTF_8)).isEqualTo(winners.get(0));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void publication_onS3Proxy() throws Exception {
    race(TestStores.proxy(), "races");
  }

  @Test
  void publication_whileAnswersAreLostAndTheStoreIsBusy() throws Exception {
    try (FaultObjectServer server = FaultObjectServer.start()) {
      Random random = new Random(1);
      List<Effect> effects =
          List.of(
              Effect.LOSE_ANSWER,
              Effect.LOSE_REQUEST,
              Effect.CONFLICT,
              Effect.SLOW_DOWN,
              Effect.NONE,
              Effect.NONE,
              Effect.NONE);
      server.setFault(
          request -> {
            synchronized (random) {
              boolean isPut = request.operation() == Operation.PUT;
              return isPut ? effects.get(random.nextInt(effects.size())) : Effect.NONE;
            }
          });
      race(server.endpoint(), "races");
    }
  }
}
