// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Serializer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the program says of values that Kryo writes.
 *
 * @param root the class of the values
 * @param named classes that the declared types of fields do not tell
 * @param custom the custom Kryo serializers, by class
 * @param formerNames classes by names that they had before
 * @param gone the names of classes of which no object is left
 */
public record KryoSettings(
    Class<?> root,
    List<Class<?>> named,
    @SuppressWarnings("rawtypes") // The class of a generic class is raw.
        Map<Class<?>, Class<? extends Serializer>> custom,
    Map<String, Class<?>> formerNames,
    Set<String> gone) {

  public KryoSettings {
    named = List.copyOf(named);
    custom = Map.copyOf(custom);
    formerNames = Map.copyOf(formerNames);
    gone = Set.copyOf(gone);
  }

  public static KryoSettings of(Class<?> root, List<Class<?>> named) {
    return new KryoSettings(root, named, Map.of(), Map.of(), Set.of());
  }
}
