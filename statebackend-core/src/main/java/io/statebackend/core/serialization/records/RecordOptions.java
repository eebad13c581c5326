// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.FormerNames;
import io.statebackend.api.TypeSerializer;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a program says of components of records beside their annotations.
 *
 * @param formerNames the names that components had before
 * @param defaultValues what components become where nothing is stored
 * @param serializers the serializers of components, in place of those of their declared types
 */
public record RecordOptions(
    Map<Component, List<String>> formerNames,
    Map<Component, Object> defaultValues,
    Map<Component, TypeSerializer<?>> serializers) {
  public static final RecordOptions NONE = new RecordOptions(Map.of(), Map.of(), Map.of());

  /**
   * A component of a record.
   *
   * @param type the record
   * @param name the name of the component
   */
  public record Component(Class<?> type, String name) {
    public static Component of(RecordComponent component) {
      return new Component(component.getDeclaringRecord(), component.getName());
    }
  }

  /** Returns all former names of a component: those of its annotation, and those said here. */
  List<String> formerNames(RecordComponent component) {
    FormerNames annotated = component.getAnnotation(FormerNames.class);
    Stream<String> before = annotated == null ? Stream.of() : Stream.of(annotated.value());
    List<String> more = formerNames.getOrDefault(Component.of(component), List.of());
    return Stream.concat(before, more.stream()).distinct().toList();
  }

  /** Returns the serializer of a component, or {@code null} if its declared type says it. */
  public @Nullable TypeSerializer<?> serializer(RecordComponent component) {
    return serializers.get(Component.of(component));
  }

  /** Returns what a component becomes, or {@code null} if that is not said here. */
  @Nullable Object defaultValue(RecordComponent component) {
    return defaultValues.get(Component.of(component));
  }
}
