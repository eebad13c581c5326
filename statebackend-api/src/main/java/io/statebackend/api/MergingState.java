// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * State whose namespaces can be merged into one, as session windows need: the content of two
 * namespaces can be combined into the content of one. See {@link
 * KeyedStateBackend#mergeNamespaces}.
 */
public sealed interface MergingState extends State
    permits ListState, ReducingState, AggregatingState {}
