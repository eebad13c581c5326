// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.OptionalLong;

/**
 * Points in time at which keys want to be woken.
 *
 * <p>A timer is a key, a namespace and a timestamp; registering the same one again changes nothing.
 * The program says what time it is, and so stays in control of it: timers of event time are fired
 * with the watermark, those of processing time, which have another name, with a clock.
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
 * into memory. {@link KeyedStateBackend#clearCurrentKey()} leaves them alone. Used by the owner of
 * the keyed state only.
 *
 * @param <N> the type of the namespaces
 */
public interface Timers<N> {

  /**
   * Registers a timer of the current key. One with a timestamp that has passed is fired by the next
   * call of {@link #fire}. Costs about one operation on a map state.
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
   * Fires timers of all keys in the order of their timestamps; those of the same timestamp come in
   * any order. Each is removed, its key is made the current one, and the handler is called. The
   * handler may register and delete timers; one that it registers and that is due is fired by the
   * same call, if its turn comes. Afterwards the key of the last timer is the current one.
   *
   * <p>If the handler throws, the timer that it was called for is registered again, and the
   * exception is passed on.
   *
   * @param upTo the last timestamp to fire
   * @param atMost how many timers to fire at most, 1 or more, so that the program can look after
   *     other things, such as barriers, in between
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
