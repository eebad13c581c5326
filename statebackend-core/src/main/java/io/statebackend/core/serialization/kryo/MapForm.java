// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import static java.util.Objects.requireNonNull;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Maps that can be changed: the comparator if they are sorted, the number of entries, and these as
 * key and value, each after its class. A {@link LinkedHashMap} in the order of access has the
 * complement of the number, which is negative.
 */
final class MapForm extends Serializer<Map<@Nullable Object, @Nullable Object>> {
  private static final float LOAD_FACTOR = 0.75f;

  /** Makes an empty map of a comparator, which is {@code null} if there is none. */
  private final Function<@Nullable Comparator<Object>, Map<@Nullable Object, @Nullable Object>>
      maker;

  /** Finds the comparator; {@code null} for maps that have none. */
  private final @Nullable Function<Map<@Nullable Object, @Nullable Object>, @Nullable Comparator<?>>
      comparator;

  /** Makes an empty map in the order of access; {@code null} if the class has no such order. */
  private final @Nullable Supplier<Map<@Nullable Object, @Nullable Object>> accessOrdered;

  private MapForm(
      Function<@Nullable Comparator<Object>, ?> maker,
      @Nullable Function<Map<@Nullable Object, @Nullable Object>, @Nullable Comparator<?>>
          comparator,
      @Nullable Supplier<Map<@Nullable Object, @Nullable Object>> accessOrdered) {
    @SuppressWarnings("unchecked") // A new map may hold anything.
    var typed =
        (Function<@Nullable Comparator<Object>, Map<@Nullable Object, @Nullable Object>>) maker;
    this.maker = typed;
    this.comparator = comparator;
    this.accessOrdered = accessOrdered;
  }

  /** Returns the form of maps that have no comparator. */
  static MapForm hashed(Function<@Nullable Comparator<Object>, ?> maker) {
    return new MapForm(maker, null, null);
  }

  /** Returns the form of maps in the order of insertion or access. */
  static MapForm linked() {
    return new MapForm(
        c -> new LinkedHashMap<>(), null, () -> new LinkedHashMap<>(16, LOAD_FACTOR, true));
  }

  /** Returns the form of sorted maps. */
  static <M> MapForm sorted(
      Function<@Nullable Comparator<Object>, M> maker,
      Function<M, @Nullable Comparator<?>> comparator) {
    @SuppressWarnings("unchecked") // Only ever given maps of the class that it makes.
    var finder =
        (Function<Map<@Nullable Object, @Nullable Object>, @Nullable Comparator<?>>) comparator;
    return new MapForm(maker, finder, null);
  }

  @Override
  public void write(Kryo kryo, Output output, Map<@Nullable Object, @Nullable Object> map) {
    if (comparator != null) {
      kryo.writeClassAndObject(output, comparator.apply(map));
    }
    output.writeVarInt(isAccessOrdered(map) ? ~map.size() : map.size(), true);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    boolean areKeysWhole = true;
    for (Map.Entry<@Nullable Object, @Nullable Object> entry : map.entrySet()) {
      OpenObjects.Parts key = graph.beginParts();
      kryo.writeClassAndObject(output, entry.getKey());
      areKeysWhole &= graph.arePartsWhole(key);
      graph.endParts(key, map);
      kryo.writeClassAndObject(output, entry.getValue());
    }
    if (!areKeysWhole) {
      graph.noteUnfilled(map); // As it will be when it is read.
    }
    graph.endParts(outer, map);
  }

  @Override
  public Map<@Nullable Object, @Nullable Object> read(
      Kryo kryo, Input input, Class<? extends Map<@Nullable Object, @Nullable Object>> ignored) {
    @Nullable Object order = comparator == null ? null : kryo.readClassAndObject(input);
    // A negative number is none of entries, so it is read as one that is no count.
    int stored = accessOrdered == null ? input.readVarInt(true) : input.readInt(true);
    boolean isAccessOrdered = stored < 0;
    int size = isAccessOrdered ? ~stored : stored;
    Map<@Nullable Object, @Nullable Object> map =
        isAccessOrdered
            ? requireNonNull(accessOrdered).get()
            : maker.apply(CollectionForm.asComparator(order));
    kryo.reference(map);
    Filling filling = new Filling(((RegisteredOnlyKryo) kryo).graph(), map);
    for (int i = size; i > 0; i--) {
      filling.beginKey();
      filling.endKey(kryo.readClassAndObject(input));
      filling.put(kryo.readClassAndObject(input));
    }
    filling.end();
    return map;
  }

  @Override
  public Map<@Nullable Object, @Nullable Object> copy(
      Kryo kryo, Map<@Nullable Object, @Nullable Object> original) {
    Comparator<?> order = comparator == null ? null : comparator.apply(original);
    Map<@Nullable Object, @Nullable Object> copy =
        isAccessOrdered(original)
            ? requireNonNull(accessOrdered).get()
            : maker.apply(CollectionForm.asComparator(kryo.copy(order)));
    kryo.reference(copy);
    Filling filling = new Filling(((RegisteredOnlyKryo) kryo).graph(), copy);
    for (Map.Entry<@Nullable Object, @Nullable Object> entry : original.entrySet()) {
      filling.beginKey();
      filling.endKey(kryo.copy(entry.getKey()));
      filling.put(kryo.copy(entry.getValue()));
    }
    filling.end();
    return copy;
  }

  /**
   * Tells whether a map is in the order of access. No method of the class tells, so a clone is
   * tried, which has the order of its original; the original may be read by another thread now.
   */
  private boolean isAccessOrdered(Map<@Nullable Object, @Nullable Object> map) {
    if (accessOrdered == null) {
      return false;
    }
    @SuppressWarnings("unchecked") // Keys and values are taken as objects.
    var trial = (LinkedHashMap<Object, Object>) ((LinkedHashMap<?, ?>) map).clone();
    trial.clear();
    Object eldest = "a";
    trial.put(eldest, eldest);
    trial.put("b", eldest);
    Object unused = trial.get(eldest);
    return trial.keySet().iterator().next() != eldest;
  }

  /** Fills a map, later if keys are not whole yet. */
  static final class Filling {
    private final OpenObjects graph;
    private final Map<@Nullable Object, @Nullable Object> map;
    private final OpenObjects.Parts outer;
    private OpenObjects.Parts keyParts;
    private @Nullable Object key;
    private @Nullable List<@Nullable Object> later;

    Filling(OpenObjects graph, Map<@Nullable Object, @Nullable Object> map) {
      this.graph = graph;
      this.map = map;
      this.outer = graph.beginParts();
      this.keyParts = outer;
    }

    void beginKey() {
      keyParts = graph.beginParts();
    }

    void endKey(@Nullable Object newKey) {
      if (later == null && !graph.arePartsWhole(keyParts)) {
        later = FixedForm.flat(map);
      }
      graph.endParts(keyParts, map);
      key = newKey;
    }

    void put(@Nullable Object value) {
      if (later == null) {
        map.put(key, value);
      } else {
        later.add(key);
        later.add(value);
      }
    }

    void end() {
      List<@Nullable Object> all = later;
      if (all != null) {
        graph.whenWhole(
            map,
            () -> {
              map.clear();
              for (int i = 0; i < all.size(); i += 2) {
                map.put(all.get(i), all.get(i + 1));
              }
            });
      }
      graph.endParts(outer, map);
    }
  }
}
