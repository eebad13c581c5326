// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static java.util.Objects.requireNonNull;

import com.esotericsoftware.kryo.Serializer;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Once;
import io.statebackend.core.serialization.kryo.KryoSerializer;
import io.statebackend.core.serialization.kryo.KryoSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sets up the serializer of a class that Kryo writes. Begun by {@link Serializers#kryoBuilder};
 * each method can be left out.
 *
 * @param <T> the class or interface of the values
 */
public final class KryoSerializerBuilder<T> {
  private final Class<T> type;
  private final List<Class<?>> named = new ArrayList<>();

  @SuppressWarnings("rawtypes") // The class of a generic class is raw.
  private final Map<Class<?>, Class<? extends Serializer>> custom = new HashMap<>();

  private final Map<String, Class<?>> formerNames = new HashMap<>();
  private final Set<String> gone = new HashSet<>();

  KryoSerializerBuilder(Class<T> type) {
    this.type = requireNonNull(type, "type");
  }

  /**
   * Registers a class that the declared types of fields do not name. The order does not matter.
   *
   * @param type the class
   * @return this
   */
  public KryoSerializerBuilder<T> register(Class<?> type) {
    named.add(requireNonNull(type, "type"));
    return this;
  }

  /**
   * Registers a class that has a Kryo serializer of its own, such as Kryo's {@code
   * CompatibleFieldSerializer}. The library knows nothing about its form, and the serializer
   * decides what it can read of other versions. Also register the classes that this class refers
   * to.
   *
   * @param type the class
   * @param serializer the class of its serializer, a subclass of Kryo's {@code Serializer}, of
   *     which Kryo makes one per thread: by a constructor of {@code (Kryo, Class)}, {@code (Kryo)},
   *     {@code (Class)} or nothing
   * @return this
   * @throws IllegalArgumentException if it is not a Kryo serializer
   * @throws IllegalStateException if the class was given a serializer before
   */
  public KryoSerializerBuilder<T> register(Class<?> type, Class<?> serializer) {
    if (!Serializer.class.isAssignableFrom(serializer)) {
      throw new IllegalArgumentException(
          "not a serializer of Kryo: "
              + serializer.getName()
              + "; it extends "
              + Serializer.class.getName());
    }
    Class<?> before = custom.get(requireNonNull(type, "type"));
    custom.put(
        type,
        Once.set("register(%s, ...)".formatted(type.getName()), before, serializer)
            .asSubclass(Serializer.class));
    named.add(type);
    return this;
  }

  /**
   * Sets the name that a class had when state was written. If you can change the class, use {@link
   * io.statebackend.api.FormerNames} instead.
   *
   * @param type the class
   * @param formerName its binary name then, such as {@code com.example.Order$Line}
   * @return this
   * @throws IllegalStateException if the name was given before, or is said to be that of a class
   *     that is gone
   */
  public KryoSerializerBuilder<T> formerName(Class<?> type, String formerName) {
    if (gone.contains(requireNonNull(formerName, "formerName"))) {
      throw contradiction(formerName, type);
    }
    Class<?> before = formerNames.get(formerName);
    formerNames.put(
        formerName, Once.set("formerName(..., %s)".formatted(formerName), before, type));
    return this;
  }

  /**
   * Says that a class is gone and that no stored state has an object of it that is still needed. If
   * such an object is found all the same, that is an {@link
   * io.statebackend.api.IncompatibleStateException}.
   *
   * @param className its binary name
   * @return this
   * @throws IllegalStateException if the name was set as a former name of an existing class
   */
  public KryoSerializerBuilder<T> gone(String className) {
    Class<?> renamed = formerNames.get(requireNonNull(className, "className"));
    if (renamed != null) {
      throw contradiction(className, renamed);
    }
    gone.add(className);
    return this;
  }

  private static IllegalStateException contradiction(String name, Class<?> renamed) {
    return new IllegalStateException(
        "class %s is said to be gone by gone(...), and to be called %s now by formerName(...); leave out one of the two calls"
            .formatted(name, renamed.getName()));
  }

  /**
   * Makes the serializer.
   *
   * @return the serializer
   * @throws IllegalArgumentException if values of the class cannot be written
   */
  public TypeSerializer<T> build() {
    return KryoSerializer.of(type, new KryoSettings(type, named, custom, formerNames, gone));
  }
}
