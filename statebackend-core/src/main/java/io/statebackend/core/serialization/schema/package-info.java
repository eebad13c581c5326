// SPDX-License-Identifier: Apache-2.0
/**
 * What is written about types: the words of a schema, the comparison of a stored schema with a
 * declared one, and the messages that say where they differ.
 *
 * <p><em>Stored</em> is what a snapshot holds: a schema, a name, bytes. <em>Declared</em> is what
 * the running program says. What reads stored values and makes declared ones of them is a
 * {@linkplain io.statebackend.core.serialization.schema.MigrationReader migration reader}.
 *
 * <p>Hidden: not exported by the module.
 */
@NullMarked
package io.statebackend.core.serialization.schema;

import org.jspecify.annotations.NullMarked;
