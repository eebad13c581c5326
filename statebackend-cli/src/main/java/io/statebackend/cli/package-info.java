// SPDX-License-Identifier: Apache-2.0
/**
 * A command line that looks into checkpoints, without the classes of the program that wrote them.
 */
@NullMarked
package io.statebackend.cli;

import org.jspecify.annotations.NullMarked;
