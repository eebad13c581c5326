// SPDX-License-Identifier: Apache-2.0
/** Places where checkpoints live: directories and memory. */
@NullMarked
package io.statebackend.core.storage;

import org.jspecify.annotations.NullMarked;
