// SPDX-License-Identifier: Apache-2.0
/** The engine for state larger than memory: a log of records with an index in memory. */
@NullMarked
package io.statebackend.fs;

import org.jspecify.annotations.NullMarked;
