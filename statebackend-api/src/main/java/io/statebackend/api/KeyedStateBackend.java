// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.Collection;
import java.util.stream.Stream;

/**
 * The keyed state of one subtask.
 *
 * <p>An operator gets its handles once, then sets the current key for each record:
 *
 * <pre>{@code
 * ValueState<Long> count =
 *     keyed.value(ValueStateDescriptor.of("count", Serializers.LONG).withDefault(0L));
 * ...
 * keyed.setCurrentKey(word);
 * count.update(count.value() + 1);
 * }</pre>
 *
 * <p>Asking twice for the same state gives handles of the same state. The first time, the entries
 * of the restored checkpoint are loaded, which takes time in proportion to their size.
 *
 * <p>A backend belongs to the thread that first sets a key. For another thread every method here
 * throws {@link IllegalStateException}, except those that only return what was set. Handles do not
 * check the calling thread, because each record begins with {@link #setCurrentKey}, which does.
 *
 * @param <K> the type of the keys
 */
public interface KeyedStateBackend<K> {

  /**
   * Makes a key the current one.
   *
   * @param key the key, which stays the caller's
   * @throws NullPointerException if the key is {@code null}
   * @throws IllegalArgumentException if the key's key group is not in {@link #keyGroupRange()}: the
   *     record was sent to the wrong subtask
   * @throws StateClosedException if the backend is closed
   */
  void setCurrentKey(K key);

  /**
   * Makes a key the current one and imposes its key group. This is for adapters to engines that
   * have their own key groups. A key must always be given with the same key group.
   *
   * @param key the key, which stays the caller's
   * @param keyGroup the key's key group in the engine
   * @throws NullPointerException if the key is {@code null}
   * @throws IllegalArgumentException if the key group is not in {@link #keyGroupRange()}
   * @throws StateClosedException if the backend is closed
   */
  void setCurrentKey(K key, int keyGroup);

  /**
   * Returns the current key.
   *
   * @return the key
   * @throws IllegalStateException if there is none yet
   */
  K currentKey();

  /**
   * Returns the key group of the current key.
   *
   * @return the key group
   * @throws IllegalStateException if there is no current key
   */
  int currentKeyGroup();

  /**
   * Returns the key groups that this subtask owns.
   *
   * @return the range
   */
  KeyGroupRange keyGroupRange();

  /**
   * Returns the number of key groups of the operator.
   *
   * @return 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
   */
  int maxParallelism();

  /**
   * Returns the handle of a value state.
   *
   * @param descriptor what the state is
   * @param <V> the type of the value
   * @return the handle
   * @throws IllegalStateException if a state of that name and another kind, type or namespace is in
   *     use
   * @throws IncompatibleStateException if the restored state of that name is of another kind, or
   *     cannot be read with the descriptor's serializers
   * @throws CorruptStateException if the restored state is damaged
   */
  <V> ValueState<V> value(ValueStateDescriptor<V> descriptor);

  /**
   * Returns the handle of a list state; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param <E> the type of the elements
   * @return the handle
   */
  <E> ListState<E> list(ListStateDescriptor<E> descriptor);

  /**
   * Returns the handle of a map state; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the handle
   */
  <U, V> MapState<U, V> map(MapStateDescriptor<U, V> descriptor);

  /**
   * Returns the handle of a reducing state; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param <V> the type of the values
   * @return the handle
   */
  <V> ReducingState<V> reducing(ReducingStateDescriptor<V> descriptor);

  /**
   * Returns the handle of an aggregating state; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param <I> the type of the values added
   * @param <A> the type of the accumulator
   * @param <O> the type of the result
   * @return the handle
   */
  <I, A, O> AggregatingState<I, O> aggregating(AggregatingStateDescriptor<I, A, O> descriptor);

  /**
   * Returns a value state with namespaces; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param namespaceSerializer the serializer of the namespaces
   * @param <N> the type of the namespaces
   * @param <V> the type of the value
   * @return the state
   */
  <N, V> NamespacedState<N, ValueState<V>> value(
      ValueStateDescriptor<V> descriptor, TypeSerializer<N> namespaceSerializer);

  /**
   * Returns a list state with namespaces; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param namespaceSerializer the serializer of the namespaces
   * @param <N> the type of the namespaces
   * @param <E> the type of the elements
   * @return the state
   */
  <N, E> NamespacedState<N, ListState<E>> list(
      ListStateDescriptor<E> descriptor, TypeSerializer<N> namespaceSerializer);

  /**
   * Returns a map state with namespaces; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param namespaceSerializer the serializer of the namespaces
   * @param <N> the type of the namespaces
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the state
   */
  <N, U, V> NamespacedState<N, MapState<U, V>> map(
      MapStateDescriptor<U, V> descriptor, TypeSerializer<N> namespaceSerializer);

  /**
   * Returns a reducing state with namespaces; errors as for {@link #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param namespaceSerializer the serializer of the namespaces
   * @param <N> the type of the namespaces
   * @param <V> the type of the values
   * @return the state
   */
  <N, V> NamespacedState<N, ReducingState<V>> reducing(
      ReducingStateDescriptor<V> descriptor, TypeSerializer<N> namespaceSerializer);

  /**
   * Returns an aggregating state with namespaces; errors as for {@link
   * #value(ValueStateDescriptor)}.
   *
   * @param descriptor what the state is
   * @param namespaceSerializer the serializer of the namespaces
   * @param <N> the type of the namespaces
   * @param <I> the type of the values added
   * @param <A> the type of the accumulator
   * @param <O> the type of the result
   * @return the state
   */
  <N, I, A, O> NamespacedState<N, AggregatingState<I, O>> aggregating(
      AggregatingStateDescriptor<I, A, O> descriptor, TypeSerializer<N> namespaceSerializer);

  /**
   * Returns timers. Asking twice for the same name gives the same timers. Names are unique over
   * timers and states.
   *
   * @param name the name, as of a state
   * @param namespaceSerializer the serializer of the namespaces; {@link VoidNamespace#serializer()}
   *     if each key has only one kind of timers
   * @param <N> the type of the namespaces
   * @return the timers
   * @throws IllegalStateException if a state of that name, or timers with another type of
   *     namespaces, are in use
   * @throws IncompatibleStateException if the restored state of that name is not timers, or has
   *     namespaces of another type
   * @throws CorruptStateException if the restored timers are damaged
   */
  <N> Timers<N> timers(String name, TypeSerializer<N> namespaceSerializer);

  /**
   * Merges namespaces of the current key into one. Lists are appended in the order target, then
   * sources; reducing and aggregating states are combined by their function in that order. The
   * sources are empty afterwards. If the function throws, sources before the one at fault are
   * merged, and nothing is lost. A source that equals the target, or occurs twice, counts once.
   *
   * @param state a state of this backend
   * @param target the namespace to merge into; it may be empty
   * @param sources the namespaces to merge, possibly none or empty ones
   * @param <N> the type of the namespaces
   * @param <S> the type of the state handle
   * @throws NullPointerException if the target or a source is {@code null}; nothing is merged then
   * @throws IllegalArgumentException if the state is of another backend
   */
  <N, S extends MergingState> void mergeNamespaces(
      NamespacedState<N, S> state, N target, Collection<? extends N> sources);

  /**
   * Returns the keys that have something stored in a state without namespaces, as of this call.
   * What is written afterwards does not matter, and the current key may be changed while the stream
   * is used. This costs a freeze now, and O(entries of the state) to read. Close the stream unless
   * it was read to the end, because the image that it reads from takes memory until then. Any one
   * thread may read the stream.
   *
   * @param descriptor a state that this backend has handed out
   * @return the keys, each once, in no particular order
   * @throws IllegalArgumentException if the state is unknown or has namespaces
   */
  Stream<K> keys(StateDescriptor descriptor);

  /**
   * Returns the keys that have something stored in one namespace; otherwise as {@link
   * #keys(StateDescriptor)}.
   *
   * @param state a state of this backend
   * @param namespace the namespace, not {@code null}
   * @param <N> the type of the namespaces
   * @return the keys, each once, in no particular order
   * @throws IllegalArgumentException if the state is of another backend
   */
  <N> Stream<K> keys(NamespacedState<N, ?> state, N namespace);

  /**
   * Removes everything that is stored under the current key, in every declared state and every
   * namespace. Timers stay. Costs a point removal per state without namespaces, and O(entries of
   * the key group) per state with namespaces.
   */
  void clearCurrentKey();

  /**
   * Advances event time, for state whose {@linkplain StateTtl time to live} is measured by it.
   * Costs nothing: entries that expire are absent from now on, and they are removed later, step by
   * step.
   *
   * @param watermark the event time that has passed, in milliseconds since 1970-01-01 UTC; a
   *     watermark that is not later than the last one changes nothing
   * @throws StateClosedException if the backend is closed
   */
  void advanceTime(long watermark);

  /**
   * Searches for expired state and removes it, in bounded steps. Writes to state with a time to
   * live do this too. A program that is idle calls this method now and then, so that state that
   * nobody uses is removed as well.
   *
   * <pre>{@code
   * while (keyed.maintain(1_000)) {} // what had expired when the first call was made is gone now
   * }</pre>
   *
   * @param budget how many values, elements and map entries to look at, 1 or more; a page of a list
   *     or map is looked at as a whole, so it may be somewhat more
   * @return whether there is more to look at; {@code false} once everything is removed that had
   *     expired at the first of a series of calls
   * @throws IllegalArgumentException if the budget is less than 1
   * @throws StateClosedException if the backend is closed
   */
  boolean maintain(int budget);

  /**
   * Returns counts of what happened to state with a time to live. Costs nothing.
   *
   * @return the figures
   */
  ExpiryFigures expiryFigures();

  /**
   * Returns the number of keys (with namespaces: of pairs of key and namespace) that have something
   * stored in a state. A list or map counts once, whatever its size. Expired entries count until
   * they are removed. The cost depends on the engine: O(1) if it keeps count, otherwise O(entries).
   *
   * @param descriptor a state that this backend has handed out
   * @return 0 or more
   * @throws IllegalArgumentException if the state is unknown
   */
  long entryCount(StateDescriptor descriptor);
}
