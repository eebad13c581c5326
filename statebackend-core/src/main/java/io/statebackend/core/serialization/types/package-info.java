// SPDX-License-Identifier: Apache-2.0
/**
 * The serializers of single types: primitives, text, numbers, time, enums, and of the collections
 * and arrays made of others.
 *
 * <p>Hidden: not exported by the module.
 */
@NullMarked
package io.statebackend.core.serialization.types;

import org.jspecify.annotations.NullMarked;
