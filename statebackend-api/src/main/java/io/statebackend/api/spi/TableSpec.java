// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.TypeSerializer;

/**
 * Describes a table: its name and serializers.
 *
 * @param <N> the type of the namespaces
 */
public sealed interface TableSpec<N> {

  /**
   * Returns the name of the table, which is that of the state.
   *
   * @return the name, unique within a store
   */
  String name();

  /**
   * Returns the serializer of the namespaces. Its fixed length is 0 if the state has none.
   *
   * @return the serializer
   */
  TypeSerializer<N> namespaceSerializer();

  /**
   * A table of one value per key and namespace.
   *
   * @param name the name of the table
   * @param namespaceSerializer the serializer of the namespaces
   * @param valueSerializer the serializer of the values
   * @param <N> the type of the namespaces
   * @param <V> the type of the values
   */
  record OfValues<N, V>(
      String name, TypeSerializer<N> namespaceSerializer, TypeSerializer<V> valueSerializer)
      implements TableSpec<N> {}

  /**
   * A table of one list per key and namespace.
   *
   * @param name the name of the table
   * @param namespaceSerializer the serializer of the namespaces
   * @param elementSerializer the serializer of the elements
   * @param <N> the type of the namespaces
   * @param <E> the type of the elements
   */
  record OfLists<N, E>(
      String name, TypeSerializer<N> namespaceSerializer, TypeSerializer<E> elementSerializer)
      implements TableSpec<N> {}

  /**
   * A table of one map per key and namespace.
   *
   * @param name the name of the table
   * @param namespaceSerializer the serializer of the namespaces
   * @param userKeySerializer the serializer of the user keys
   * @param valueSerializer the serializer of the values
   * @param <N> the type of the namespaces
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   */
  record OfMaps<N, U, V>(
      String name,
      TypeSerializer<N> namespaceSerializer,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer)
      implements TableSpec<N> {}
}
