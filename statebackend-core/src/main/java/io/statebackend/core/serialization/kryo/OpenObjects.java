// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import static java.util.Objects.requireNonNull;

import com.esotericsoftware.kryo.KryoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one graph that are begun and not ended, while it is written, read or copied.
 *
 * <p>An object that refers back to one around it is met when the outer one is half read: its hash
 * may be wrong then. So a set or map that meets one puts what it holds in only when the whole graph
 * is there. Until then it is unfilled, and so is every object that holds it: a set or map around
 * these, or one that refers to them later, waits in the same way. What is made by a constructor or
 * factory, such as a record, does not exist before its parts do: a part that refers back to it
 * could only get {@code null}, and one that is unfilled could be looked at too early; both are
 * refused when they are written.
 */
final class OpenObjects {
  private static final int NONE = Integer.MAX_VALUE;

  private @Nullable Object[] open = new @Nullable Object[16];
  private int count;

  /** By open object, how many unfilled objects had been met before it. */
  private int[] unfilledBefore = new int[16];

  /** How often an unfilled object has been met in the graph. */
  private int unfilledCount;

  /** The objects that are unfilled, or hold one that is. */
  private final Set<Object> unfilled = Collections.newSetFromMap(new IdentityHashMap<>());

  /** The number of open objects that are made only after their parts. */
  private int madeLast;

  /** The outermost open object that was referred to in the parts that are being passed. */
  private int lowest = NONE;

  private final List<Filling> pending = new ArrayList<>();

  /** A set or map that waits for the whole graph. */
  interface Filling {
    /** Puts all in, for the first time or once more. */
    void fill();
  }

  /**
   * What was known when the parts of a collection began.
   *
   * @param lowest the outermost open object that was referred to
   * @param unfilledCount how often an unfilled object had been met
   */
  record Parts(int lowest, int unfilledCount) {}

  /** Begins an object that exists before its parts do. */
  void begin(Object object) {
    if (count == open.length) {
      open = Arrays.copyOf(open, 2 * count);
      unfilledBefore = Arrays.copyOf(unfilledBefore, 2 * count);
    }
    unfilledBefore[count] = unfilledCount;
    open[count++] = object;
  }

  /** Ends the object that was begun last. */
  void end() {
    Object ended = open[--count];
    open[count] = null;
    if (unfilledBefore[count] != unfilledCount) {
      unfilled.add(ended instanceof MadeLast made ? made.object : requireNonNull(ended));
    }
  }

  /** Begins to write an object that is made of its parts. */
  void beginMadeLast(Object object) {
    madeLast++;
    begin(new MadeLast(object));
  }

  /** Ends what {@link #beginMadeLast} began. */
  void endMadeLast() {
    madeLast--;
    end();
  }

  private record MadeLast(Object object) {}

  /**
   * Notes that a part refers to an object that was met before.
   *
   * @throws KryoException if that object can only be made when this part is there
   */
  void meet(@Nullable Object object) {
    if (!unfilled.isEmpty() && unfilled.contains(object)) {
      unfilledCount++;
    }
    for (int i = 0; i < count; i++) {
      @Nullable Object at = open[i];
      if (at == object) {
        lowest = Math.min(lowest, i);
        return;
      }
      if (at instanceof MadeLast made && made.object == object) {
        throw new KryoException(
            "a "
                + made.object.getClass().getName()
                + " contains itself through one of its parts, and cannot be made before them;"
                + " use a class with fields or a collection that can be changed in its place");
      }
    }
  }

  /**
   * Checks that an object to be copied is none that can only be made when this part is there.
   *
   * @throws KryoException if it is
   */
  void checkMade(@Nullable Object object) {
    if (madeLast > 0) {
      meet(object);
    }
  }

  /** Begins to pass the parts of a collection. Returns what {@link #endParts} takes. */
  Parts beginParts() {
    Parts outer = new Parts(lowest, unfilledCount);
    lowest = NONE;
    return outer;
  }

  /**
   * Tells whether no part so far is unfilled, or refers to an object around the collection.
   *
   * @param outer what {@link #beginParts} has returned
   */
  boolean arePartsWhole(Parts outer) {
    return lowest >= count && unfilledCount == outer.unfilledCount;
  }

  /**
   * Ends the parts of a collection.
   *
   * @param collection what holds them
   */
  void endParts(Parts outer, Object collection) {
    lowest = Math.min(lowest, outer.lowest);
    if (unfilledCount != outer.unfilledCount) {
      unfilled.add(collection);
    }
  }

  /** Notes that a set or map is unfilled until the whole graph is there. */
  void noteUnfilled(Object collection) {
    unfilledCount++;
    unfilled.add(collection);
  }

  /** Tells whether an object is unfilled, or holds one that is. */
  boolean isUnfilled(@Nullable Object object) {
    return !unfilled.isEmpty() && unfilled.contains(object);
  }

  /** Has a set or map filled when the whole graph is there; inner ones come first. */
  void whenWhole(Object collection, Filling filling) {
    noteUnfilled(collection);
    pending.add(filling);
  }

  /**
   * Ends a graph. All that waits is filled twice: what one was told of the hash or order of its
   * elements may have changed when others were filled.
   */
  void complete() {
    lowest = NONE;
    if (unfilledCount > 0) {
      unfilledCount = 0;
      unfilled.clear();
      List<Filling> fillings = List.copyOf(pending);
      pending.clear();
      fillings.forEach(Filling::fill);
      fillings.forEach(Filling::fill);
    }
  }
}
