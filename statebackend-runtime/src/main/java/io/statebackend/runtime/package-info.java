// SPDX-License-Identifier: Apache-2.0
/**
 * What a program that embeds the library has to get right around its state, without a stream
 * engine: routing by key, channels, barriers and their alignment, sources that are read again from
 * the positions of a checkpoint, sinks that are committed with it, and configuration.
 *
 * <p>{@link io.statebackend.runtime.Job} puts the parts together. Each can be used alone.
 */
@NullMarked
package io.statebackend.runtime;

import org.jspecify.annotations.NullMarked;
