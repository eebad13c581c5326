// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Serializers that are not thread-safe: each subtask, each image and each thread that reads one has
 * its own, so that checkpoints are written while the owner goes on, and hold what was there.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class ConfinedSerializersContract extends BackendContract {
  private static final int KEY_COUNT = 100;
  private static final int ROUNDS = 8;

  private final ConfinedSerializer.Watch watch = new ConfinedSerializer.Watch();
  private final TypeSerializer<String> strings = confined(Serializers.STRING);
  private final TypeSerializer<Part> parts =
      Serializers.recordBuilder(Part.class).component("text", strings).build();

  private final ValueStateDescriptor<String> value = ValueStateDescriptor.of("value", strings);
  private final ValueStateDescriptor<String> windowed =
      ValueStateDescriptor.of("windowed", strings);
  private final ValueStateDescriptor<List<Part>> nested =
      ValueStateDescriptor.of("nested", Serializers.list(parts));
  private final ListStateDescriptor<String> list = ListStateDescriptor.of("list", strings);
  private final MapStateDescriptor<String, Optional<Part>> map =
      MapStateDescriptor.of("map", strings, Serializers.optional(parts));
  private final ReducingStateDescriptor<String> longest =
      ReducingStateDescriptor.of("longest", (a, b) -> a.compareTo(b) > 0 ? a : b, strings);
  private final ListStateDescriptor<Part> operatorList = ListStateDescriptor.of("split", parts);
  private final MapStateDescriptor<String, String> operatorMap =
      MapStateDescriptor.of("broadcast", strings, strings);

  /** Contains itself, and a part whose serializer is not thread-safe. */
  private record Part(String text, List<Part> more) {}

  /** Creates the contract, for one test. */
  protected ConfinedSerializersContract() {}

  private <T> TypeSerializer<T> confined(TypeSerializer<T> serializer) {
    return new ConfinedSerializer<>(serializer, watch);
  }

  @BeforeEach
  final void ownState() {
    watch.enterOwner();
  }

  private static Part part(int key, int round) {
    return new Part("p" + key, List.of(new Part("r" + round, List.of())));
  }

  private void write(TestOperator<String> operator, int key, int round) {
    KeyedStateBackend<String> keyed = operator.at("key-" + key);
    keyed.value(value).update("v" + round);
    keyed.value(nested).update(List.of(part(key, round), part(key, -round)));
    keyed.list(list).add("e" + round);
    keyed.map(map).put("m" + round % 3, Optional.of(part(key, round)));
    keyed.reducing(longest).add("l" + round);
    keyed.value(windowed, strings).in("n" + round % 2).update("w" + round);
  }

  /** Returns all that is stored under one key, as text. */
  private String read(TestOperator<String> operator, int key) {
    KeyedStateBackend<String> keyed = operator.at("key-" + key);
    Map<String, Optional<Part>> pairs = new TreeMap<>();
    keyed.map(map).forEach(entry -> pairs.put(entry.getKey(), entry.getValue()));
    List<String> elements = new ArrayList<>();
    keyed.list(list).forEach(elements::add);
    return String.join(
        " ",
        String.valueOf(keyed.value(value).value()),
        String.valueOf(keyed.value(nested).value()),
        elements.toString(),
        pairs.toString(),
        String.valueOf(keyed.reducing(longest).get()));
  }

  private String readAll(TestOperator<String> operator) {
    StringBuilder all = new StringBuilder();
    for (int key = 0; key < KEY_COUNT; key++) {
      all.append(read(operator, key)).append('\n');
    }
    return all.toString();
  }

  @Test
  final void checkpoint_whileTheOwnerGoesOn() {
    TestOperator<String> operator = start(strings, 2);
    String last = "";
    @Nullable CompletableFuture<CompletedCheckpoint> pending = null;
    for (int round = 1; round <= ROUNDS; round++) {
      for (int key = 0; key < KEY_COUNT; key++) {
        write(operator, key, round);
      }
      if (pending != null) {
        pending.join();
      }
      last = readAll(operator);
      pending = operator.beginCheckpoint();
    }
    for (int key = 0; key < KEY_COUNT; key++) {
      write(operator, key, ROUNDS + 1);
    }
    requireNonNull(pending).join();

    operator.restore(backend(), 3);

    assertThat(readAll(operator)).isEqualTo(last);
    assertThat(watch.violations()).isEmpty();
  }

  @Test
  final void keys_whileTheOwnerGoesOn() {
    TestOperator<String> operator = start(strings, 1);
    for (int key = 0; key < KEY_COUNT; key++) {
      write(operator, key, 1);
    }
    CompletableFuture<CompletedCheckpoint> pending = operator.beginCheckpoint();
    try (var keys = operator.keyed().keys(value)) {
      keys.forEach(key -> write(operator, Integer.parseInt(key.substring(4)), 2));
    }
    pending.join();
    assertThat(operator.keyed().keys(value)).hasSize(KEY_COUNT);
    assertThat(watch.violations()).isEmpty();
  }

  @Test
  final void operatorState_whileTheOwnerGoesOn() {
    TestOperator<String> operator = start(strings, 1);
    for (int round = 0; round < ROUNDS; round++) {
      operator.operatorState(0).splitList(operatorList).add(part(round, round));
      operator.operatorState(0).broadcastMap(operatorMap).put("k" + round, "v" + round);
      CompletableFuture<CompletedCheckpoint> pending = operator.beginCheckpoint();
      operator.operatorState(0).broadcastMap(operatorMap).put("later", "x");
      operator.operatorState(0).splitList(operatorList).forEach(p -> assertThat(p).isNotNull());
      pending.join();
    }

    operator.restore(backend(), 2);

    List<Part> read = new ArrayList<>();
    for (int subtask = 0; subtask < 2; subtask++) {
      operator.operatorState(subtask).splitList(operatorList).forEach(read::add);
    }
    assertThat(read).hasSize(ROUNDS).contains(part(0, 0), part(ROUNDS - 1, ROUNDS - 1));
    assertThat(operator.operatorState(1).broadcastMap(operatorMap).get("k0")).isEqualTo("v0");
    assertThat(watch.violations()).isEmpty();
  }

  /** Two subtasks in threads of their own share the descriptors, and so the serializers in them. */
  @Test
  final void subtasks_shareDescriptors() throws InterruptedException {
    List<TestOperator<String>> operators = List.of(start(1), start(1));
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new ArrayList<>();
    for (TestOperator<String> operator : operators) {
      operator.handOver();
      Thread thread =
          new Thread(
              () -> {
                watch.enterOwner();
                for (int round = 1; round <= 3; round++) {
                  for (int key = 0; key < KEY_COUNT; key++) {
                    write(operator, key, round);
                  }
                }
                operator.handOver();
              },
              "owner-" + threads.size());
      thread.setUncaughtExceptionHandler(
          (failed, e) -> {
            synchronized (failures) {
              failures.add(e);
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(watch.violations()).isEmpty();
  }
}
