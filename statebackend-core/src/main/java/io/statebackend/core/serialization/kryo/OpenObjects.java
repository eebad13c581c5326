// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.KryoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The objects of one graph that are begun and not ended, while it is written, read or copied.
 *
 * <p>An object that refers back to one around it is met when the outer one is half read: its hash
 * may be wrong then. So a set or map that meets one puts what it holds in only when the whole graph
 * is there. What is made by a constructor or factory, such as a record, does not exist before its
 * parts do: a part that refers back to it could only get {@code null}, and is refused when it is
 * written.
 */
final class OpenObjects {
  private static final int NONE = Integer.MAX_VALUE;

  private @Nullable Object[] open = new @Nullable Object[16];
  private int count;

  /** The number of open objects that are made only after their parts. */
  private int madeLast;

  /** The outermost open object that was referred to in the parts that are being passed. */
  private int lowest = NONE;

  private final List<Runnable> pending = new ArrayList<>();

  /** Begins an object that exists before its parts do. */
  void begin(Object object) {
    if (count == open.length) {
      open = Arrays.copyOf(open, 2 * count);
    }
    open[count++] = object;
  }

  /** Ends the object that was begun last. */
  void end() {
    open[--count] = null;
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
  int beginParts() {
    int outer = lowest;
    lowest = NONE;
    return outer;
  }

  /** Tells whether no part so far refers to an object around the collection. */
  boolean arePartsWhole() {
    return lowest >= count;
  }

  void endParts(int outer) {
    lowest = Math.min(lowest, outer);
  }

  /** Runs something when the whole graph is there; inner ones are asked first. */
  void whenWhole(Runnable action) {
    pending.add(action);
  }

  /** Ends a graph. */
  void complete() {
    lowest = NONE;
    if (!pending.isEmpty()) {
      List<Runnable> actions = List.copyOf(pending);
      pending.clear();
      actions.forEach(Runnable::run);
    }
  }
}
