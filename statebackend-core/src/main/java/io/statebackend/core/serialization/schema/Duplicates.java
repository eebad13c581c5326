// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Makes duplicates of a serializer that is made of others. Whether it takes any is found out once:
 * most serializers are thread-safe, and are asked at each checkpoint.
 */
public final class Duplicates {
  private enum Parts {
    UNKNOWN,
    THREAD_SAFE,
    THREAD_UNSAFE
  }

  private volatile Parts parts = Parts.UNKNOWN;

  /** Returns the serializer itself if all that it is made of is thread-safe, or a duplicate. */
  <T> TypeSerializer<T> of(MadeOfParts<T> serializer) {
    if (parts == Parts.UNKNOWN) {
      Set<TypeSerializer<?>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
      parts = isThreadSafe(serializer, seen) ? Parts.THREAD_SAFE : Parts.THREAD_UNSAFE;
    }
    return parts == Parts.THREAD_SAFE ? serializer : new Copying().whole(serializer);
  }

  private static boolean isThreadSafe(TypeSerializer<?> serializer, Set<TypeSerializer<?>> seen) {
    if (!seen.add(serializer)) {
      return true;
    }
    if (serializer instanceof LateReader<?> reference) {
      return isThreadSafe(reference.whole(), seen);
    }
    if (serializer instanceof MadeOfParts<?> whole) {
      return whole.parts().stream().allMatch(part -> isThreadSafe(part, seen));
    }
    return serializer.duplicate() == serializer;
  }

  /** One duplicate in the making, of what may contain itself and stand in several places. */
  private static final class Copying {
    private final IdentityHashMap<TypeSerializer<?>, TypeSerializer<?>> made =
        new IdentityHashMap<>();
    private final List<Runnable> unbound = new ArrayList<>();

    <T> TypeSerializer<T> whole(MadeOfParts<T> serializer) {
      TypeSerializer<T> duplicate = of(serializer);
      // Binding may meet further references.
      for (int i = 0; i < unbound.size(); i++) {
        unbound.get(i).run();
      }
      return duplicate;
    }

    @SuppressWarnings("unchecked") // A duplicate is of the type of its original.
    private <T> TypeSerializer<T> of(TypeSerializer<T> serializer) {
      TypeSerializer<?> known = made.get(serializer);
      if (known != null) {
        return (TypeSerializer<T>) known;
      }
      TypeSerializer<T> duplicate = make(serializer);
      made.put(serializer, duplicate);
      return duplicate;
    }

    private <T> TypeSerializer<T> make(TypeSerializer<T> serializer) {
      if (serializer instanceof LateReader<T> reference) {
        LateReader<T> duplicate = reference.unbound();
        unbound.add(() -> duplicate.bind(of(reference.whole())));
        return duplicate;
      }
      if (serializer instanceof MadeOfParts<T> whole) {
        List<TypeSerializer<?>> parts = new ArrayList<>();
        boolean isSame = true;
        for (TypeSerializer<?> part : whole.parts()) {
          TypeSerializer<?> duplicate = of(part);
          isSame &= duplicate == part;
          parts.add(duplicate);
        }
        return isSame ? serializer : whole.withParts(parts);
      }
      return serializer.duplicate();
    }
  }
}
