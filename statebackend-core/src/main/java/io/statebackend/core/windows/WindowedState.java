// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.windows;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.AggregatingState;
import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MergingState;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A state for each key and window, which delivers a result when its window ends.
 *
 * <pre>{@code
 * WindowedState<Long, Long> clicksPerMinute =
 *     WindowedState.reducing(keyed, CLICKS, Windows.tumbling(Duration.ofMinutes(1)));
 * ...
 * keyed.setCurrentKey(user);
 * clicksPerMinute.add(1L, click.timeMillis());
 * ...
 * clicksPerMinute.advanceTo(
 *     watermark, 1_000, (window, clicks) -> emit(keyed.currentKey(), window, clicks));
 * }</pre>
 *
 * <p>It consists of the state, with windows as namespaces, and of timers whose name is the name of
 * the state with {@code -ends} appended. For sessions there is also a list, with {@code -sessions}
 * appended. All of these are part of snapshots. The current time is not: after a restore the
 * program advances time again, and until then it accepts records that were too late before. The
 * cost of closing a window is proportional to its content.
 *
 * <p>Only the owner of the keyed state may use it.
 *
 * @param <I> the type of what is added
 * @param <O> the type of the result
 */
public final class WindowedState<I, O> {
  private final KeyedStateBackend<?> keyed;
  private final Windows windows;
  private final Content<I, O, ?> content;
  private final Timers<Window> ends;

  /** The windows of a key that have not been forgotten; only for sessions. */
  private final @Nullable ListState<Window> sessions;

  private long now = Long.MIN_VALUE;

  /** What windows hold, whatever kind of state it is. */
  private record Content<I, O, S extends MergingState>(
      NamespacedState<Window, S> state, BiConsumer<S, I> adder, Function<S, @Nullable O> reader) {

    void add(Window window, I value) {
      adder.accept(state.in(window), value);
    }

    @Nullable O result(Window window) {
      return reader.apply(state.in(window));
    }

    void clear(Window window) {
      state.in(window).clear();
    }

    void merge(KeyedStateBackend<?> keyed, Window target, List<Window> sources) {
      keyed.mergeNamespaces(state, target, sources);
    }
  }

  private WindowedState(
      KeyedStateBackend<?> keyed, String name, Windows windows, Content<I, O, ?> content) {
    this.keyed = keyed;
    this.windows = windows;
    this.content = content;
    this.ends = keyed.timers(name + "-ends", Window.serializer());
    this.sessions =
        windows.isMerging()
            ? keyed.list(ListStateDescriptor.of(name + "-sessions", Window.serializer()))
            : null;
  }

  /**
   * Reduces the values of each window to one.
   *
   * @param keyed the keyed state
   * @param descriptor the state
   * @param windows how time is divided into windows
   * @param <V> the type of the values
   * @return the state; errors as for {@link KeyedStateBackend#reducing(ReducingStateDescriptor)}
   */
  public static <V> WindowedState<V, V> reducing(
      KeyedStateBackend<?> keyed, ReducingStateDescriptor<V> descriptor, Windows windows) {
    NamespacedState<Window, ReducingState<V>> state =
        keyed.reducing(descriptor, Window.serializer());
    return new WindowedState<>(
        keyed,
        descriptor.name(),
        windows,
        new Content<>(state, ReducingState::add, ReducingState::get));
  }

  /**
   * Aggregates the values of each window.
   *
   * @param keyed the keyed state
   * @param descriptor the state; for sessions its function must be able to merge
   * @param windows how time is divided into windows
   * @param <I> the type of the values
   * @param <A> the type of the accumulator
   * @param <O> the type of the result
   * @return the state; errors as for {@link
   *     KeyedStateBackend#aggregating(AggregatingStateDescriptor)}
   */
  public static <I, A, O> WindowedState<I, O> aggregating(
      KeyedStateBackend<?> keyed, AggregatingStateDescriptor<I, A, O> descriptor, Windows windows) {
    NamespacedState<Window, AggregatingState<I, O>> state =
        keyed.aggregating(descriptor, Window.serializer());
    return new WindowedState<>(
        keyed,
        descriptor.name(),
        windows,
        new Content<>(state, AggregatingState::add, AggregatingState::get));
  }

  /**
   * Keeps all values of each window.
   *
   * @param keyed the keyed state
   * @param descriptor the state
   * @param windows how time is divided into windows
   * @param <E> the type of the values
   * @return the state; errors as for {@link KeyedStateBackend#list(ListStateDescriptor)}
   */
  public static <E> WindowedState<E, List<E>> list(
      KeyedStateBackend<?> keyed, ListStateDescriptor<E> descriptor, Windows windows) {
    NamespacedState<Window, ListState<E>> state = keyed.list(descriptor, Window.serializer());
    return new WindowedState<>(
        keyed,
        descriptor.name(),
        windows,
        new Content<>(state, ListState::add, WindowedState::elements));
  }

  private static <E> @Nullable List<E> elements(ListState<E> list) {
    List<E> elements = list.get();
    return elements.isEmpty() ? null : elements;
  }

  /**
   * Adds a value to each window of its timestamp, for the current key. Windows that were removed
   * already do not accept it.
   *
   * @param value the value to add, not {@code null}
   * @param timestamp its time, in milliseconds
   * @return whether a window accepted it; {@code false} means that it came too late, or that it
   *     fell into a gap between sliding windows
   * @throws IllegalStateException if there is no current key
   * @throws ArithmeticException if a window would reach beyond the range of {@code long}
   */
  public boolean add(I value, long timestamp) {
    boolean isTaken = false;
    for (Window window : windows.of(timestamp)) {
      Window target = windows.isMerging() ? session(window) : window;
      if (target != null && windows.endOfLife(target) > now) {
        content.add(target, value);
        register(target);
        isTaken = true;
      }
    }
    return isTaken;
  }

  /**
   * Finds the session that a record belongs to, and merges those that it connects.
   *
   * @param alone the session that the record alone would have
   * @return the session, or {@code null} if it is forgotten already
   */
  private @Nullable Window session(Window alone) {
    ListState<Window> list = requireNonNull(sessions);
    List<Window> others = new ArrayList<>();
    List<Window> merged = new ArrayList<>();
    Window session = alone;
    for (Window known : list) {
      // Sessions of a key never touch each other, so one pass finds all.
      if (known.touches(alone)) {
        merged.add(known);
        session = session.cover(known);
      } else {
        others.add(known);
      }
    }
    if (windows.endOfLife(session) <= now) {
      return null;
    }
    if (merged.size() == 1 && merged.get(0).equals(session)) {
      return session;
    }
    content.merge(keyed, session, merged);
    for (Window gone : merged) {
      ends.delete(gone, gone.end());
      ends.delete(gone, windows.endOfLife(gone));
    }
    others.add(session);
    list.update(others);
    return session;
  }

  private void register(Window window) {
    // A window that has ended delivers a new result at the next call.
    ends.register(window, Math.max(window.end(), now));
    if (windows.keepsLate()) {
      ends.register(window, windows.endOfLife(window));
    }
  }

  /**
   * Advances time, and delivers the results of windows that have ended, in the order of their ends.
   * Each window is removed afterwards, or when the allowed lateness is over.
   *
   * @param time the watermark: all records with earlier timestamps have come, except late ones; a
   *     time before that of the last call counts as that one
   * @param atMost how many timers to fire at most, 1 or more; each window has one, or two if late
   *     records are allowed
   * @param handler what is done with each result
   * @param <X> the checked exception of the handler
   * @return {@code true} if more windows have ended
   * @throws X if the handler does
   * @throws IllegalArgumentException if {@code atMost} is less than 1
   */
  public <X extends Exception> boolean advanceTo(
      long time, int atMost, WindowHandler<? super O, X> handler) throws X {
    now = Math.max(now, time);
    return ends.fire(
        now,
        atMost,
        (window, timestamp) -> {
          boolean isOver = timestamp >= windows.endOfLife(window);
          if (!isOver || !windows.keepsLate()) {
            O result = content.result(window);
            if (result != null) {
              handler.onWindow(window, result);
            }
          }
          if (isOver) {
            forget(window);
          }
        });
  }

  private void forget(Window window) {
    content.clear(window);
    if (sessions != null) {
      List<Window> left = new ArrayList<>(sessions.get());
      left.remove(window);
      sessions.update(left);
    }
  }
}
