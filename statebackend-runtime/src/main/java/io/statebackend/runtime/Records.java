// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.TypeSerializer;
import java.util.function.Function;

/**
 * The records that a part of a job puts out, while the job is being described.
 *
 * @param <T> the type of the records
 */
public final class Records<T> {
  private final Part part;

  Records(Part part) {
    this.part = part;
  }

  /**
   * Sends each record to the subtask that owns its key: the way into an operator with keyed state.
   *
   * @param key the key of a record, the same for the same record always
   * @param keySerializer the serializer of the keys, the same as that of the keyed state
   * @param <K> the type of the keys
   * @return the route
   */
  public <K> Route<T> keyBy(Function<? super T, K> key, TypeSerializer<K> keySerializer) {
    requireNonNull(key, "key");
    requireNonNull(keySerializer, "keySerializer");
    return new Route<>(
        part,
        (maxParallelism, parallelism) -> {
          KeyRouter<K> router = new KeyRouter<>(keySerializer, maxParallelism, parallelism);
          return record -> router.subtaskOf(key.apply(record));
        });
  }

  /**
   * Sends each record to all subtasks, such as rules that all have to know.
   *
   * @return the route
   */
  public Route<T> broadcast() {
    return new Route<>(part, (maxParallelism, parallelism) -> record -> Route.ALL);
  }

  /**
   * Sends the records to the subtasks in turn.
   *
   * @return the route
   */
  public Route<T> rebalance() {
    return new Route<>(part, (maxParallelism, parallelism) -> new InTurn<>(parallelism));
  }

  /** Each subtask after the one before. */
  private static final class InTurn<T> implements Route.Selector<T> {
    private final int parallelism;
    private int next;

    InTurn(int parallelism) {
      this.parallelism = parallelism;
    }

    @Override
    public int select(T record) {
      int selected = next;
      next = next + 1 == parallelism ? 0 : next + 1;
      return selected;
    }
  }
}
