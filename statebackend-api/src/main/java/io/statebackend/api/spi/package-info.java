// SPDX-License-Identifier: Apache-2.0
/**
 * The contract of a storage engine: three tables and a freeze.
 *
 * <p>An engine implements {@link io.statebackend.api.spi.StateBackend}, {@link
 * io.statebackend.api.spi.KeyedStore} and one class per table kind. State semantics (reducing,
 * aggregating, namespaces, snapshots, rescaling) are built above it, once, for every engine.
 */
@NullMarked
package io.statebackend.api.spi;

import org.jspecify.annotations.NullMarked;
