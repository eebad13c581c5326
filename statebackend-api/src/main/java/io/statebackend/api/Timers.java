// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.OptionalLong;

/**
 * Points in time at which the program wants to be called for a key.
 *
 * <p>A timer is a key, a namespace and a timestamp. Registering the same timer again changes
 * nothing. The program decides what time it is: it fires timers of event time with the watermark,
 * and timers of processing time, which have another name, with a clock.
 *
 * <pre>{@code
 * Timers<String> timers = keyed.timers("sessions", Serializers.STRING);
 * ...
 * keyed.setCurrentKey(user);
 * timers.register("close", event.timestamp() + GAP_MILLIS);
 * ...
 * while (timers.fire(watermark, 1_000, (namespace, timestamp) -> close(keyed.currentKey()))) {
 *   takeBarrierIfAny();
 * }
 * }</pre>
 *
 * <p>Timers are part of every checkpoint and savepoint, and move with their keys when the operator
 * is rescaled. They are stored in the tables of the engine, so there may be more of them than fit
 * into memory. {@link KeyedStateBackend#clearCurrentKey()} does not remove them. Only the owner of
 * the keyed state may use them.
 *
 * @param <N> the type of the namespaces
 */
public interface Timers<N> {

  /**
   * Registers a timer of the current key. If its timestamp has passed, the next call of {@link
   * #fire} fires it. Costs about one operation on a map state.
   *
   * @param namespace the namespace, which stays the caller's
   * @param timestamp when it is due, in the program's unit of time; any number
   * @throws NullPointerException if the namespace is {@code null}
   * @throws IllegalStateException if there is no current key
   */
  void register(N namespace, long timestamp);

  /**
   * Deletes a timer of the current key, if it is registered. Costs about one operation on a map
   * state.
   *
   * @param namespace the namespace, which stays the caller's
   * @param timestamp when it was to be due
   * @throws NullPointerException if the namespace is {@code null}
   * @throws IllegalStateException if there is no current key
   */
  void delete(N namespace, long timestamp);

  /**
   * Tells whether a timer of the current key is registered. Costs about one operation on a map
   * state.
   *
   * @param namespace the namespace, which stays the caller's
   * @param timestamp when it is due
   * @return {@code true} if it is
   * @throws NullPointerException if the namespace is {@code null}
   * @throws IllegalStateException if there is no current key
   */
  boolean contains(N namespace, long timestamp);

  /**
   * Returns when the first timer of all keys is due.
   *
   * @return the timestamp, or nothing if no timer is registered
   */
  OptionalLong nextTime();

  /**
   * Fires timers of all keys in the order of their timestamps. Timers with the same timestamp come
   * in any order. For each timer, this method removes it, makes its key the current one, and calls
   * the handler. The handler may register and delete timers. A timer that it registers and that is
   * due is fired by the same call, if its turn comes. Afterwards the key of the last timer is the
   * current one.
   *
   * <p>If the handler throws, the timer that it was called for is registered again, and the
   * exception is passed on.
   *
   * @param upTo the last timestamp to fire
   * @param atMost the maximum number of timers to fire, 1 or more, so that the program can do other
   *     work in between, such as handling barriers
   * @param handler what is called for each timer
   * @param <X> the checked exception of the handler
   * @return {@code true} if more timers up to this timestamp are due
   * @throws X if the handler does
   * @throws IllegalArgumentException if {@code atMost} is less than 1
   * @throws IllegalStateException if the handler itself calls this method
   */
  <X extends Exception> boolean fire(long upTo, int atMost, TimerHandler<? super N, X> handler)
      throws X;
}
