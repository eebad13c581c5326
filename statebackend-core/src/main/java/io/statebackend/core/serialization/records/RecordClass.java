// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;

/**
 * How values of a record class are taken apart and put together.
 *
 * @param <R> the record class
 */
public final class RecordClass<R> {
  private final Class<R> type;
  private final RecordComponent[] components;

  /** One per component, from {@code Object} to the type of the component. */
  private final MethodHandle[] accessors;

  /** From the types of the components to the class. */
  private final MethodHandle constructor;

  /** Of type {@code (Object[])Object}. */
  private final MethodHandle spreadingConstructor;

  /**
   * Looks a record class up.
   *
   * @throws IllegalArgumentException if the class is no record, or in a module that keeps it closed
   */
  public RecordClass(Class<R> type) {
    RecordComponent[] found = type.getRecordComponents();
    if (found == null) {
      throw new IllegalArgumentException("not a record: " + type.getName());
    }
    this.type = type;
    this.components = found;
    this.accessors = new MethodHandle[components.length];
    try {
      // A lookup into another module needs to read it, which no declaration can say in advance.
      RecordClass.class.getModule().addReads(type.getModule());
      MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
      for (int i = 0; i < components.length; i++) {
        MethodType fromObject = MethodType.methodType(components[i].getType(), Object.class);
        accessors[i] = lookup.unreflect(components[i].getAccessor()).asType(fromObject);
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      this.constructor = lookup.findConstructor(type, MethodType.methodType(void.class, types));
      this.spreadingConstructor =
          constructor
              .asSpreader(Object[].class, types.length)
              .asType(MethodType.methodType(Object.class, Object[].class));
    } catch (IllegalAccessException e) {
      throw new IllegalArgumentException(
          "record "
              + type.getName()
              + " is closed to serializers; add to its module-info: opens "
              + type.getPackageName()
              + " to "
              + RecordClass.class.getModule().getName()
              + ";",
          e);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException("record without its constructor: " + type.getName(), e);
    }
  }

  public Class<R> type() {
    return type;
  }

  /** Returns the components in the order of their declaration; not to be changed. */
  public RecordComponent[] components() {
    return components;
  }

  /**
   * Returns the index of a component.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public int indexOf(String name) {
    for (int i = 0; i < components.length; i++) {
      if (components[i].getName().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no component " + name + " in " + type.getName());
  }

  /** Returns the accessor of a component, from {@code Object} to the type of the component. */
  MethodHandle accessor(int component) {
    return accessors[component];
  }

  /** Returns the constructor, from the types of the components to the class. */
  MethodHandle constructor() {
    return constructor;
  }

  /** Creates a record of the values of its components; what the constructor throws is thrown. */
  public R create(Object[] values) {
    try {
      return type.cast((Object) spreadingConstructor.invokeExact(values));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("constructor of record " + type.getName() + " failed", e);
    }
  }
}
