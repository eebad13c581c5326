// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSerializer;
import java.util.function.BiFunction;
import java.util.function.Function;

/** How the answer for a type follows from the answers for the types it is made of. */
public final class Parts {
  private Parts() {}

  /** Returns the answer for a type with one part; {@code whole} makes its reader of the part's. */
  public static <P, T> Compatibility<T> compose(
      Compatibility<P> part, Function<TypeSerializer<P>, TypeSerializer<T>> whole) {
    if (part instanceof Compatibility.Incompatible<P> incompatible) {
      return Compatibility.incompatible(incompatible.reason());
    }
    if (part instanceof Compatibility.AfterMigration<P> migration) {
      return Compatibility.afterMigration(whole.apply(migration.reader()));
    }
    return Compatibility.asIs();
  }

  /** Returns the answer for a type with two parts. */
  public static <P, Q, T> Compatibility<T> compose(
      Compatibility<P> first,
      TypeSerializer<P> firstSerializer,
      Compatibility<Q> second,
      TypeSerializer<Q> secondSerializer,
      BiFunction<TypeSerializer<P>, TypeSerializer<Q>, TypeSerializer<T>> whole) {
    if (first instanceof Compatibility.AsIs<P>) {
      return compose(second, reader -> whole.apply(firstSerializer, reader));
    }
    if (second instanceof Compatibility.Incompatible<Q> incompatible) {
      return Compatibility.incompatible(incompatible.reason());
    }
    TypeSerializer<Q> secondReader = reader(second, secondSerializer);
    return compose(first, reader -> whole.apply(reader, secondReader));
  }

  /** Returns what reads a stored part that is not incompatible. */
  public static <P> TypeSerializer<P> reader(Compatibility<P> part, TypeSerializer<P> serializer) {
    return part instanceof Compatibility.AfterMigration<P> migration
        ? migration.reader()
        : serializer;
  }
}
