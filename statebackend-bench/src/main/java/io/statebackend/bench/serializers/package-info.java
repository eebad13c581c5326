// SPDX-License-Identifier: Apache-2.0
/** How fast values are serialized: ours, Flink's serializers and plain Kryo, type by type. */
@NullMarked
package io.statebackend.bench.serializers;

import org.jspecify.annotations.NullMarked;
