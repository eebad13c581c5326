// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collections that can be changed: the comparator if they are sorted, the number of elements, and
 * these, each after its class.
 */
final class CollectionForm extends Serializer<Collection<@Nullable Object>> {
  /** Makes an empty collection of a comparator, which is {@code null} if there is none. */
  private final Function<@Nullable Comparator<Object>, Collection<@Nullable Object>> maker;

  /** Finds the comparator; {@code null} for collections that have none. */
  private final @Nullable Function<Collection<@Nullable Object>, @Nullable Comparator<?>>
      comparator;

  /** Whether elements are asked for their hash or order when they are added. */
  private final boolean asksElements;

  private CollectionForm(
      Function<@Nullable Comparator<Object>, Collection<@Nullable Object>> maker,
      @Nullable Function<Collection<@Nullable Object>, @Nullable Comparator<?>> comparator,
      boolean asksElements) {
    this.maker = maker;
    this.comparator = comparator;
    this.asksElements = asksElements;
  }

  /** Returns the form of collections that add without looking at what is added. */
  static CollectionForm inOrder(Function<@Nullable Comparator<Object>, ?> maker) {
    return new CollectionForm(cast(maker), null, false);
  }

  /** Returns the form of collections that ask elements for their hashes or for equal ones. */
  static CollectionForm hashed(Function<@Nullable Comparator<Object>, ?> maker) {
    return new CollectionForm(cast(maker), null, true);
  }

  /** Returns the form of sorted collections. */
  static <C> CollectionForm sorted(
      Function<@Nullable Comparator<Object>, C> maker,
      Function<C, @Nullable Comparator<?>> comparator) {
    @SuppressWarnings("unchecked") // Only ever given collections of the class that it makes.
    var finder = (Function<Collection<@Nullable Object>, @Nullable Comparator<?>>) comparator;
    return new CollectionForm(cast(maker), finder, true);
  }

  @SuppressWarnings("unchecked") // A new collection may hold anything.
  private static Function<@Nullable Comparator<Object>, Collection<@Nullable Object>> cast(
      Function<@Nullable Comparator<Object>, ?> maker) {
    return (Function<@Nullable Comparator<Object>, Collection<@Nullable Object>>) maker;
  }

  @Override
  public void write(Kryo kryo, Output output, Collection<@Nullable Object> collection) {
    if (comparator != null) {
      kryo.writeClassAndObject(output, comparator.apply(collection));
    }
    output.writeVarInt(collection.size(), true);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (Object element : collection) {
      kryo.writeClassAndObject(output, element);
    }
    if (asksElements && !graph.arePartsWhole(outer)) {
      graph.noteUnfilled(collection); // As it will be when it is read.
    }
    graph.endParts(outer, collection);
  }

  @Override
  public Collection<@Nullable Object> read(
      Kryo kryo, Input input, Class<? extends Collection<@Nullable Object>> ignored) {
    @Nullable Object order = comparator == null ? null : kryo.readClassAndObject(input);
    Collection<@Nullable Object> collection = maker.apply(asComparator(order));
    kryo.reference(collection);
    Filling filling = new Filling((RegisteredOnlyKryo) kryo, collection);
    for (int i = input.readVarInt(true); i > 0; i--) {
      filling.add(kryo.readClassAndObject(input));
    }
    filling.end();
    return collection;
  }

  @Override
  public Collection<@Nullable Object> copy(Kryo kryo, Collection<@Nullable Object> original) {
    Comparator<?> order = comparator == null ? null : comparator.apply(original);
    Collection<@Nullable Object> copy = maker.apply(asComparator(kryo.copy(order)));
    kryo.reference(copy);
    Filling filling = new Filling((RegisteredOnlyKryo) kryo, copy);
    for (Object element : original) {
      filling.add(kryo.copy(element));
    }
    filling.end();
    return copy;
  }

  @SuppressWarnings("unchecked") // Compares what it compared when it was written.
  static @Nullable Comparator<Object> asComparator(@Nullable Object order) {
    return (Comparator<Object>) order;
  }

  /** Fills a collection, later if elements are not whole yet and are asked for their hash. */
  private final class Filling {
    private final RegisteredOnlyKryo kryo;
    private final Collection<@Nullable Object> collection;
    private final OpenObjects.Parts outer;
    private @Nullable List<@Nullable Object> later;

    Filling(RegisteredOnlyKryo kryo, Collection<@Nullable Object> collection) {
      this.kryo = kryo;
      this.collection = collection;
      this.outer = kryo.graph().beginParts();
    }

    void add(@Nullable Object element) {
      if (later == null && asksElements && !kryo.graph().arePartsWhole(outer)) {
        later = new ArrayList<>(collection);
      }
      (later == null ? collection : later).add(element);
    }

    void end() {
      List<@Nullable Object> all = later;
      if (all != null) {
        kryo.graph()
            .whenWhole(
                collection,
                () -> {
                  collection.clear();
                  collection.addAll(all);
                });
      }
      kryo.graph().endParts(outer, collection);
    }
  }
}
