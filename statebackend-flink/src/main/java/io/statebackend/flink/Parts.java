// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;

/** Finds the serializers of elements, user keys and values in those of lists and maps. */
final class Parts {
  private Parts() {}

  @SuppressWarnings("unchecked") // a serializer of lists of E has one of E
  static <E> TypeSerializer<E> ofList(TypeSerializer<List<E>> lists) {
    TypeSerializer<?> bare = bare(lists);
    if (bare instanceof ListSerializer<?> list) {
      return (TypeSerializer<E>) bare(list.getElementSerializer());
    }
    throw new IllegalArgumentException("not a serializer of lists: " + lists);
  }

  @SuppressWarnings("unchecked") // a serializer of maps of UK has one of UK
  static <UK> TypeSerializer<UK> userKeys(TypeSerializer<? extends Map<UK, ?>> maps) {
    return (TypeSerializer<UK>) bare(map(maps).getKeySerializer());
  }

  @SuppressWarnings("unchecked") // a serializer of maps to UV has one of UV
  static <UV> TypeSerializer<UV> values(TypeSerializer<? extends Map<?, UV>> maps) {
    return (TypeSerializer<UV>) bare(map(maps).getValueSerializer());
  }

  private static MapSerializer<?, ?> map(TypeSerializer<?> maps) {
    if (bare(maps) instanceof MapSerializer<?, ?> map) {
      return map;
    }
    throw new IllegalArgumentException("not a serializer of maps: " + maps);
  }

  private static TypeSerializer<?> bare(TypeSerializer<?> serializer) {
    return serializer instanceof TtlAwareSerializer<?, ?> aware
        ? aware.getOriginalTypeSerializer()
        : serializer;
  }
}
