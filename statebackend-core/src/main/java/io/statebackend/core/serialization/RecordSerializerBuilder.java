// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Once;
import io.statebackend.core.serialization.records.RecordOptions;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sets up the serializer of a record that cannot have annotations, because it belongs to somebody
 * else or should not know how it is stored. Begun by {@link Serializers#recordBuilder}.
 *
 * <p>Methods that take a class refer to records inside the record. Former names are added to those
 * of {@link io.statebackend.api.FormerNames}. Default values replace those of {@link
 * io.statebackend.api.DefaultValue}.
 *
 * @param <R> the record
 */
public final class RecordSerializerBuilder<R extends Record> {
  private final Class<R> type;
  private final Map<RecordOptions.Component, List<String>> formerNames = new HashMap<>();
  private final Map<RecordOptions.Component, Object> defaultValues = new HashMap<>();
  private final Map<RecordOptions.Component, TypeSerializer<?>> serializers = new HashMap<>();

  RecordSerializerBuilder(Class<R> type) {
    this.type = requireNonNull(type, "type");
  }

  /**
   * Sets a name that a component had when state was written. May be called several times.
   *
   * @param component its name now
   * @param formerName its name then
   * @return this
   * @throws IllegalArgumentException if the record has no such component
   */
  public RecordSerializerBuilder<R> formerName(String component, String formerName) {
    return formerName(type, component, formerName);
  }

  /**
   * Sets a name that a component of a record inside this one had when state was written.
   *
   * @param owner the record inside
   * @param component its name now
   * @param formerName its name then
   * @return this
   * @throws IllegalArgumentException if the record has no such component
   */
  public RecordSerializerBuilder<R> formerName(
      Class<? extends Record> owner, String component, String formerName) {
    formerNames
        .computeIfAbsent(
            RecordOptions.Component.of(find(owner, component)), absent -> new ArrayList<>())
        .add(requireNonNull(formerName, "formerName"));
    return this;
  }

  /**
   * Sets the value of a component for which the stored state has none. This happens if the state
   * was written before the component existed, or if it contains {@code null} and the component is a
   * primitive now.
   *
   * @param component its name
   * @param value the value; a copy of it each time if it can be changed
   * @return this
   * @throws IllegalArgumentException if the record has no such component, or one of another type
   * @throws IllegalStateException if a default value was set for the component before
   */
  public RecordSerializerBuilder<R> defaultValue(String component, Object value) {
    return defaultValue(type, component, value);
  }

  /**
   * Sets the value of a component of a record inside this one for which the stored state has none.
   *
   * @param owner the record inside
   * @param component its name
   * @param value the value; a copy of it each time if it can be changed
   * @return this
   * @throws IllegalArgumentException if the record has no such component, or one of another type
   * @throws IllegalStateException if a default value was set for the component before
   */
  public RecordSerializerBuilder<R> defaultValue(
      Class<? extends Record> owner, String component, Object value) {
    RecordComponent found = find(owner, component);
    Class<?> box = MethodType.methodType(found.getType()).wrap().returnType();
    if (!box.isInstance(requireNonNull(value, "value"))) {
      throw new IllegalArgumentException(
          "the default value of %s.%s is not of its type: type=%s, value=%s of %s"
              .formatted(
                  owner.getTypeName(),
                  component,
                  found.getType().getTypeName(),
                  value,
                  value.getClass().getTypeName()));
    }
    RecordOptions.Component key = RecordOptions.Component.of(found);
    defaultValues.put(
        key, Once.set(describe("defaultValue", owner, component), defaultValues.get(key), value));
    return this;
  }

  /**
   * Sets the serializer of a component, instead of the one for its declared type. So one component
   * without a built-in serializer does not force the whole record to Kryo.
   *
   * @param component its name
   * @param serializer a serializer of the declared type of the component; it is never given {@code
   *     null}
   * @return this
   * @throws IllegalArgumentException if the record has no such component, or a primitive one, whose
   *     form is given
   * @throws IllegalStateException if a serializer was set for the component before
   */
  public RecordSerializerBuilder<R> component(String component, TypeSerializer<?> serializer) {
    return component(type, component, serializer);
  }

  /**
   * Sets the serializer of a component of a record inside this one.
   *
   * @param owner the record inside
   * @param component its name
   * @param serializer a serializer of the declared type of the component; it is never given {@code
   *     null}
   * @return this
   * @throws IllegalArgumentException if the record has no such component, or a primitive one, whose
   *     form is given
   * @throws IllegalStateException if a serializer was set for the component before
   */
  public RecordSerializerBuilder<R> component(
      Class<? extends Record> owner, String component, TypeSerializer<?> serializer) {
    RecordComponent found = find(owner, component);
    if (found.getType().isPrimitive()) {
      throw new IllegalArgumentException(
          "component %s.%s is a primitive, whose form is given: type=%s"
              .formatted(owner.getTypeName(), component, found.getType()));
    }
    RecordOptions.Component key = RecordOptions.Component.of(found);
    TypeSerializer<?> before = serializers.get(key);
    serializers.put(
        key,
        Once.set(
            describe("component", owner, component),
            before,
            requireNonNull(serializer, "serializer")));
    return this;
  }

  private static String describe(String setter, Class<? extends Record> owner, String component) {
    return "%s(%s.%s, ...)".formatted(setter, owner.getTypeName(), component);
  }

  private static RecordComponent find(Class<? extends Record> owner, String name) {
    List<String> names = new ArrayList<>();
    for (RecordComponent component : owner.getRecordComponents()) {
      if (component.getName().equals(name)) {
        return component;
      }
      names.add(component.getName());
    }
    throw new IllegalArgumentException(
        "no component '%s' in %s; components=%s".formatted(name, owner.getTypeName(), names));
  }

  /**
   * Makes the serializer.
   *
   * @return the serializer
   * @throws IllegalArgumentException if a component has no serializer, or a former name is taken
   */
  public TypeSerializer<R> build() {
    return TypeResolver.resolve(
        type,
        new RecordOptions(
            Map.copyOf(formerNames), Map.copyOf(defaultValues), Map.copyOf(serializers)));
  }
}
