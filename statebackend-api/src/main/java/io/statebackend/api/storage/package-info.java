// SPDX-License-Identifier: Apache-2.0
/** The contract of a place where checkpoint bytes live. */
@NullMarked
package io.statebackend.api.storage;

import org.jspecify.annotations.NullMarked;
