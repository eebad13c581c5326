// SPDX-License-Identifier: Apache-2.0
/**
 * Our storage engines as a state backend of Apache Flink: {@link
 * io.statebackend.flink.StatebackendFactory} is what {@code state.backend.type} names, {@link
 * io.statebackend.flink.StatebackendOptions} what there is to configure. All else is internal.
 */
@NullMarked
package io.statebackend.flink;

import org.jspecify.annotations.NullMarked;
