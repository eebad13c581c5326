// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * State whose namespaces can be merged into one, as session windows need: what two namespaces hold
 * can be combined into what one holds. See {@link KeyedStateBackend#mergeNamespaces}.
 */
public sealed interface MergingState extends State
    permits ListState, ReducingState, AggregatingState {}
