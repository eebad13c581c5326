// SPDX-License-Identifier: Apache-2.0
/**
 * The serializer of all other classes, by Kryo: which classes are written and how, what is refused,
 * and what becomes of stored objects when classes change.
 *
 * <p>A <em>field</em> is a field of a class that Kryo writes, one by one. A <em>custom</em>
 * serializer is one that the program registers for a class. A <em>former</em> name, field or class
 * is one as it was when the state was written.
 *
 * <p>Hidden: not exported by the module.
 */
@NullMarked
package io.statebackend.core.serialization.kryo;

import org.jspecify.annotations.NullMarked;
