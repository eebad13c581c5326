// SPDX-License-Identifier: Apache-2.0
/**
 * State semantics, once for every engine: handles over tables, namespaces, reducing and
 * aggregating, operator state, and what of a restored snapshot belongs to whom.
 */
@NullMarked
package io.statebackend.core.state;

import org.jspecify.annotations.NullMarked;
