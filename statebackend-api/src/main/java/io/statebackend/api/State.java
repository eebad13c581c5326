// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * The common part of all state handles.
 *
 * <p>A handle of keyed state refers to the current key of its {@link KeyedStateBackend}, and to the
 * namespace given to {@link NamespacedState#in}. A handle of operator state refers to the subtask.
 * {@code null} is not a legal value, element, user key or user value. Passing {@code null} is a
 * {@link NullPointerException} that names the state, and {@code null} as a result always means
 * "absent".
 *
 * <p>Values that are passed in or returned belong to the caller. Changing one afterwards does not
 * change what is stored. All methods throw {@link IllegalStateException} if the state is keyed and
 * there is no current key, and {@link StateClosedException} after the backend was closed. Handles
 * belong to the thread that owns the subtask.
 */
public sealed interface State permits ValueState, MapState, MergingState {

  /** Removes what is stored. */
  void clear();
}
