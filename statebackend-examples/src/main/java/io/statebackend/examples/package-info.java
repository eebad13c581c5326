// SPDX-License-Identifier: Apache-2.0
/**
 * A word count whose state survives kill -9.
 *
 * <p>Start reading at {@link io.statebackend.examples.WordCountOperator}, the operator as a user
 * writes it; {@link io.statebackend.examples.WordCountJob} wires it to a source and to checkpoints.
 */
@NullMarked
package io.statebackend.examples;

import org.jspecify.annotations.NullMarked;
