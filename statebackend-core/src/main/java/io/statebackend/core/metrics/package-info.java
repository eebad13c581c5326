// SPDX-License-Identifier: Apache-2.0
/** Figures of running programs: how much state there is, what it takes, what is done with it. */
@NullMarked
package io.statebackend.core.metrics;

import org.jspecify.annotations.NullMarked;
