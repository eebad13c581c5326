// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * The operator state of one subtask: state that belongs to the subtask and not to a key, such as
 * the positions of a source.
 *
 * <p>It lives on the heap and is meant to be small: taking a snapshot copies the references of all
 * elements on the owner's thread. Asking twice for the same state gives handles of the same state.
 * Belongs to the thread that owns the subtask.
 */
public interface OperatorStateBackend {

  /**
   * Returns a list whose elements are dealt out on restore: all elements of all subtasks, in the
   * order of the subtasks, are cut into contiguous parts whose sizes differ by one at most, the
   * last subtasks getting the larger ones. With unchanged parallelism every subtask gets back its
   * own.
   *
   * @param descriptor what the state is
   * @param <E> the type of the elements
   * @return the handle
   * @throws IllegalStateException if a state of that name and another kind or type is in use
   * @throws IncompatibleStateException if the restored state of that name is of another kind, or
   *     cannot be read with the descriptor's serializers
   * @throws CorruptStateException if the restored state is damaged
   */
  <E> ListState<E> splitList(ListStateDescriptor<E> descriptor);

  /**
   * Returns a list of which every subtask gets all elements of all subtasks on restore, in the
   * order of the subtasks; errors as for {@link #splitList}. The subtask keeps what is its own and
   * replaces the list by it, or the list grows with every restore.
   *
   * @param descriptor what the state is
   * @param <E> the type of the elements
   * @return the handle
   */
  <E> ListState<E> unionList(ListStateDescriptor<E> descriptor);

  /**
   * Returns a map that the operator keeps the same in all subtasks; errors as for {@link
   * #splitList}. On restore every subtask gets the map of one old subtask: its own where it
   * existed, otherwise that of the subtask with its index modulo the old parallelism.
   *
   * @param descriptor what the state is
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the handle
   */
  <U, V> MapState<U, V> broadcastMap(MapStateDescriptor<U, V> descriptor);
}
