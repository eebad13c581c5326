// SPDX-License-Identifier: Apache-2.0
/** Encryption of what checkpoints store, around any storage. */
@NullMarked
package io.statebackend.core.encryption;

import org.jspecify.annotations.NullMarked;
