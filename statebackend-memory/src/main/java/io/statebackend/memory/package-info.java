// SPDX-License-Identifier: Apache-2.0
/**
 * State on the heap: {@link io.statebackend.memory.MemoryStateBackend}.
 *
 * <p>How it works and why is in docs/internals/memory.md.
 */
@NullMarked
package io.statebackend.memory;

import org.jspecify.annotations.NullMarked;
