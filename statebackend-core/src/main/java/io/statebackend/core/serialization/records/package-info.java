// SPDX-License-Identifier: Apache-2.0
/**
 * The serializers of records and of sealed interfaces of records and enums, also of those that
 * contain themselves, and what becomes of stored values when such a type changes.
 *
 * <p>A <em>component</em> belongs to a record, a <em>case</em> to a sealed interface. The word
 * <em>field</em> is kept for what Kryo writes.
 *
 * <p>Hidden: not exported by the module.
 */
@NullMarked
package io.statebackend.core.serialization.records;

import org.jspecify.annotations.NullMarked;
