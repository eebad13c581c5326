// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Objects that a factory makes of their parts, such as immutable collections: the number of parts,
 * and these, each after its class.
 */
final class FixedForm extends Serializer<Object> {
  private final Function<Object, ? extends Iterable<?>> parts;
  private final Function<List<@Nullable Object>, Object> maker;

  /** Whether parts are asked for their hash or order when the object is made. */
  private final boolean asksParts;

  private FixedForm(
      Function<Object, ? extends Iterable<?>> parts,
      Function<List<@Nullable Object>, Object> maker,
      boolean asksParts) {
    this.parts = parts;
    this.maker = maker;
    this.asksParts = asksParts;
  }

  /** Returns the form of objects that do not look at what they hold. */
  static FixedForm of(
      Function<Object, ? extends Iterable<?>> parts,
      Function<List<@Nullable Object>, Object> maker) {
    return new FixedForm(parts, maker, false);
  }

  /** Returns the form of a list. */
  static FixedForm list(Function<List<@Nullable Object>, Object> maker) {
    return new FixedForm(object -> (Collection<?>) object, maker, false);
  }

  /** Returns the form of a set. */
  static FixedForm set(Function<List<@Nullable Object>, Object> maker) {
    return new FixedForm(object -> distinct((Collection<?>) object), maker, true);
  }

  /** A wrapper does not tell how the set that it wraps compares. */
  private static Collection<?> distinct(Collection<?> set) {
    if (set.size() > 1
        && set.getClass().getEnclosingClass() == Collections.class
        && new HashSet<>(set).size() != set.size()) {
      throw new KryoException(
          "a "
              + set.getClass().getName()
              + " has elements that are equal to each other, and one only would come back");
    }
    return set;
  }

  /** Returns the form of a map, of which keys and values are parts in turn. */
  static FixedForm map(Function<List<@Nullable Object>, Object> maker) {
    return new FixedForm(
        object -> {
          Collection<?> unused = distinct(((Map<?, ?>) object).keySet());
          return flat((Map<?, ?>) object);
        },
        maker,
        true);
  }

  /** Returns the form of what asks its parts for their hash or order. */
  static FixedForm asking(
      Function<Object, ? extends Iterable<?>> parts,
      Function<List<@Nullable Object>, Object> maker) {
    return new FixedForm(parts, maker, true);
  }

  static List<@Nullable Object> flat(Map<?, ?> map) {
    List<@Nullable Object> flat = new ArrayList<>(2 * map.size());
    map.forEach(
        (key, value) -> {
          flat.add(key);
          flat.add(value);
        });
    return flat;
  }

  @Override
  public void write(Kryo kryo, Output output, Object object) {
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    List<@Nullable Object> all = parts(object);
    output.writeVarInt(all.size(), true);
    OpenObjects.Parts outer = graph.beginParts();
    graph.beginMadeLast(object);
    for (Object part : all) {
      kryo.writeClassAndObject(output, part);
    }
    graph.endMadeLast();
    checkWhole(graph, outer, object);
    graph.endParts(outer, object);
  }

  private void checkWhole(OpenObjects graph, OpenObjects.Parts outer, Object object) {
    if (asksParts && !graph.arePartsWhole(outer)) {
      throw new KryoException(
          "a "
              + object.getClass().getName()
              + " holds an object that refers back to one around it, whose hash is not known when"
              + " the set or map is made; use a HashSet or HashMap in its place");
    }
  }

  private List<@Nullable Object> parts(Object object) {
    List<@Nullable Object> all = new ArrayList<>();
    parts.apply(object).forEach(all::add);
    return all;
  }

  @Override
  public Object read(Kryo kryo, Input input, Class<? extends Object> ignored) {
    int count = input.readVarInt(true);
    List<@Nullable Object> all = new ArrayList<>(Math.min(count, 1 << 10));
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (int i = 0; i < count; i++) {
      all.add(kryo.readClassAndObject(input));
    }
    Object object = make(all);
    kryo.reference(object);
    graph.endParts(outer, object);
    return object;
  }

  private Object make(List<@Nullable Object> all) {
    try {
      return maker.apply(all);
    } catch (IndexOutOfBoundsException | NullPointerException | ClassCastException e) {
      throw new KryoException("not the parts of a whole: " + e, e);
    }
  }

  @Override
  public Object copy(Kryo kryo, Object original) {
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    List<@Nullable Object> all = parts(original);
    OpenObjects.Parts outer = graph.beginParts();
    graph.beginMadeLast(original);
    all.replaceAll(kryo::copy);
    graph.endMadeLast();
    checkWhole(graph, outer, original);
    Object copy = make(all);
    kryo.reference(copy);
    graph.endParts(outer, copy);
    return copy;
  }
}
