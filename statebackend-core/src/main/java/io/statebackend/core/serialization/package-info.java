// SPDX-License-Identifier: Apache-2.0
/**
 * The serializers of the library: {@link io.statebackend.core.serialization.Serializers} creates
 * all of them.
 *
 * <p>Their bytes, schema words and hashes are specified in docs/format/serialized-types-v1.md. All
 * are thread-safe and immutable.
 *
 * <p>The packages below this one contain the serializers by topic and are not exported: {@code
 * types}, {@code records}, {@code schema} and {@code kryo}. Each uses only those before it: {@code
 * schema}, {@code types}, {@code records}, {@code kryo}.
 */
@NullMarked
package io.statebackend.core.serialization;

import org.jspecify.annotations.NullMarked;
