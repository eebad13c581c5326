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
   * Returns a list whose elements are divided among the subtasks on restore. All elements of all
   * subtasks, in the order of the subtasks, are cut into contiguous parts whose sizes differ by at
   * most one. The last subtasks get the larger parts. With unchanged parallelism every subtask gets
   * its own elements back.
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
   * Returns a list that is repeated on restore: every subtask gets all elements of all subtasks, in
   * the order of the subtasks. Errors are as for {@link #splitList}. The subtask must replace the
   * list by the elements that are its own. Otherwise the list grows with every restore.
   *
   * @param descriptor what the state is
   * @param <E> the type of the elements
   * @return the handle
   */
  <E> ListState<E> unionList(ListStateDescriptor<E> descriptor);

  /**
   * Returns a map that the operator keeps equal in all subtasks. Errors are as for {@link
   * #splitList}. On restore every subtask gets the map of one old subtask: its own if it existed,
   * otherwise that of the subtask with its index modulo the old parallelism.
   *
   * @param descriptor what the state is
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the handle
   */
  <U, V> MapState<U, V> broadcastMap(MapStateDescriptor<U, V> descriptor);
}
