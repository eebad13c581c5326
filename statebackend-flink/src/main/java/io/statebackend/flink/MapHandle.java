// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.KeyContext;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Function;
import org.apache.flink.runtime.state.internal.InternalMapState;
import org.jspecify.annotations.Nullable;

/** Map state. Entries come in no order that anybody may rely on. */
final class MapHandle<K, N, UK, UV> extends KeyedState<K, N, Map<UK, UV>, KeyedMaps<K, N, UK, UV>>
    implements InternalMapState<K, N, UK, UV> {

  MapHandle(StateAccess<K> access, KeyedMaps<K, N, UK, UV> state) {
    super(access, state);
  }

  @Override
  public @Nullable UV get(UK userKey) {
    return state.get(key, namespace(), userKey);
  }

  @Override
  public void put(UK userKey, @Nullable UV value) {
    state.put(key, namespace(), userKey, value);
  }

  @Override
  public void putAll(Map<UK, UV> entries) {
    N namespace = namespace();
    entries.forEach((userKey, value) -> state.put(key, namespace, userKey, value));
  }

  @Override
  public void remove(UK userKey) {
    state.remove(key, namespace(), userKey);
  }

  @Override
  public boolean contains(UK userKey) {
    return state.contains(key, namespace(), userKey);
  }

  @Override
  public boolean isEmpty() {
    return state.isEmpty(key, namespace());
  }

  @Override
  public Iterable<Map.Entry<UK, UV>> entries() {
    return iterable(entry -> entry);
  }

  @Override
  public Iterable<UK> keys() {
    return iterable(Map.Entry::getKey);
  }

  @Override
  public Iterable<UV> values() {
    return iterable(Map.Entry::getValue);
  }

  @Override
  public Iterator<Map.Entry<UK, UV>> iterator() {
    return walk(key, namespace(), entry -> entry);
  }

  /** Returns what stays on the present key and namespace, whatever key is the current one later. */
  private <R> Iterable<R> iterable(Function<Map.Entry<UK, UV>, R> part) {
    K presentKey = key.key();
    int keyGroup = key.keyGroup();
    N presentNamespace = namespace();
    return () -> {
      KeyContext<K> context = access.store().newContext();
      context.set(presentKey, keyGroup);
      return walk(context, presentNamespace, part);
    };
  }

  private <R> Iterator<R> walk(
      KeyContext<K> context, N namespace, Function<Map.Entry<UK, UV>, R> part) {
    K walkedKey = context.key();
    int keyGroup = context.keyGroup();
    return new Walk<>(
        state.iterator(context, namespace),
        state.nullIterator(context, namespace),
        new Place() {
          /** Made when an entry is changed. */
          private @Nullable KeyContext<K> own;

          private KeyContext<K> own() {
            KeyContext<K> made = own;
            if (made == null) {
              made = access.store().newContext();
              made.set(walkedKey, keyGroup);
              own = made;
            }
            return made;
          }

          @Override
          public void put(UK userKey, @Nullable UV value) {
            state.put(own(), namespace, userKey, value);
          }

          @Override
          public void remove(UK userKey) {
            state.remove(own(), namespace, userKey);
          }
        },
        part);
  }

  /** The map that is walked over, to be changed meanwhile. */
  private abstract class Place {
    abstract void put(UK userKey, @Nullable UV value);

    abstract void remove(UK userKey);
  }

  private final class Walk<R> implements Iterator<R> {
    private final Iterator<Map.Entry<UK, UV>> withValues;
    private final @Nullable Iterator<Map.Entry<UK, Byte>> withoutValues;
    private final Place place;
    private final Function<Map.Entry<UK, UV>, R> part;
    private @Nullable UK last;

    Walk(
        Iterator<Map.Entry<UK, UV>> withValues,
        @Nullable Iterator<Map.Entry<UK, Byte>> withoutValues,
        Place place,
        Function<Map.Entry<UK, UV>, R> part) {
      this.withValues = withValues;
      this.withoutValues = withoutValues;
      this.place = place;
      this.part = part;
    }

    @Override
    public boolean hasNext() {
      return withValues.hasNext() || (withoutValues != null && withoutValues.hasNext());
    }

    @Override
    public R next() {
      Entry entry;
      if (withValues.hasNext()) {
        Map.Entry<UK, UV> found = withValues.next();
        entry = new Entry(place, found.getKey(), found.getValue());
      } else if (withoutValues != null && withoutValues.hasNext()) {
        entry = new Entry(place, withoutValues.next().getKey(), null);
      } else {
        throw new NoSuchElementException();
      }
      last = entry.getKey();
      return part.apply(entry);
    }

    @Override
    public void remove() {
      UK returned = last;
      if (returned == null) {
        throw new IllegalStateException("there is no entry to remove: next was not called before");
      }
      place.remove(returned);
      last = null;
    }
  }

  /** An entry that writes through to the state. */
  private final class Entry implements Map.Entry<UK, UV> {
    private final Place place;
    private final UK userKey;
    private @Nullable UV value;

    Entry(Place place, UK userKey, @Nullable UV value) {
      this.place = place;
      this.userKey = userKey;
      this.value = value;
    }

    @Override
    public UK getKey() {
      return userKey;
    }

    @Override
    public @Nullable UV getValue() {
      return value;
    }

    @Override
    public @Nullable UV setValue(@Nullable UV newValue) {
      UV old = value;
      place.put(userKey, newValue);
      value = newValue;
      return old;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Map.Entry<?, ?> that
          && userKey.equals(that.getKey())
          && Objects.equals(value, that.getValue());
    }

    @Override
    public int hashCode() {
      return userKey.hashCode() ^ Objects.hashCode(value);
    }

    @Override
    public String toString() {
      return userKey + "=" + value;
    }
  }
}
