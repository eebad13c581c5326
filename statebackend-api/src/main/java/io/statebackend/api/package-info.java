// SPDX-License-Identifier: Apache-2.0
/**
 * The API for authors of operators: state handles, descriptors, serializers and errors.
 *
 * <p>A handle and the backend it came from belong to one thread, the owner of the subtask.
 * Descriptors, serializers and schemas are immutable and may be shared by all threads.
 */
@NullMarked
package io.statebackend.api;

import org.jspecify.annotations.NullMarked;
