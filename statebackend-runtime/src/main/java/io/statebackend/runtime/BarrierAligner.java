// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/*
 * The consistent cut
 *
 * Each source puts the barrier of a checkpoint between two records, and all inputs of an operator
 * carry it on. A snapshot that is taken when the barrier has come by every input, and that nothing
 * after a barrier has touched, holds exactly what lies before the barriers: with the positions of the
 * sources it is one point of the whole stream (Chandy and Lamport, "Distributed snapshots", 1985;
 * Carbone et al., "Lightweight asynchronous snapshots for distributed dataflows", 2015). So an input
 * that has given its barrier is left alone until the others have given theirs. What waits in it stays
 * in its channel, which is bounded, so that its sender waits in turn.
 *
 * Checkpoints are numbered upwards, and there is one at a time. A barrier of a later one therefore
 * tells that the earlier one was given up somewhere; a barrier of one that was given up is dropped.
 */

/**
 * Merges several channels into the one stream that a subtask works off, and tells when the barrier
 * of a checkpoint has come by all of them.
 *
 * <pre>{@code
 * while (true) {
 *   switch (inputs.take()) {
 *     case RECORD -> operator.process(inputs.record());
 *     case BARRIER -> subtask.snapshot(inputs.checkpointId(), inputs.alignment());
 *     case END -> { return; }
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Belongs to one thread, that of the first call, but for {@link #abort} and {@link #wake}. The
 * channels are taken from in turn, up to 64 records of one before the next.
 *
 * @param <T> the type of the records of all channels
 */
public final class BarrierAligner<T> implements AutoCloseable {

  /** What has come. */
  public enum Event {
    /** A record: {@link BarrierAligner#record()}. */
    RECORD,
    /**
     * All inputs have given the barrier of a checkpoint: the subtask takes its snapshot, then sends
     * the barrier on.
     */
    BARRIER,
    /**
     * A checkpoint was given up here, since a limit was passed: it will not be complete, and the
     * coordinator should be told. {@link BarrierAligner#reason()} says which input was late.
     */
    GIVEN_UP,
    /** The time of all inputs has gone on: {@link BarrierAligner#watermark()}. */
    WATERMARK,
    /** All inputs are idle or have ended, and not all have ended. */
    IDLE,
    /** {@link BarrierAligner#wake()} was called. */
    WOKEN,
    /** All inputs have ended. Told again with each further call. */
    END
  }

  private static final int BURST = 64;
  private static final long NONE = -1;

  private final String name;
  private final List<Input<T>> inputs = new ArrayList<>();
  private final AlignmentLimits limits;
  private final LongSupplier nanoTime;
  private final Doorbell doorbell = new Doorbell();

  /** Checkpoints up to this one were given up elsewhere. Set by any thread. */
  private final AtomicLong aborted = new AtomicLong(NONE);

  private volatile boolean isWoken;
  private @Nullable Thread owner;

  private int current;
  private int burstLeft = BURST;
  private int openCount;

  /** The checkpoint whose barrier has come by some inputs and not by all, or {@link #NONE}. */
  private long aligning = NONE;

  private int barrierCount;

  /** Whether inputs that waited go on since the last look at all of them began. */
  private boolean hasReleased;

  private long alignmentStart;
  private int pollsToCheck;

  /** The last checkpoint that was aligned or given up here. */
  private long lastEnded = NONE;

  private long watermark = Long.MIN_VALUE;
  private boolean isIdle;

  // What the last event is about.
  private @Nullable T record;
  private int input;
  private long checkpointId = NONE;
  private Duration alignment = Duration.ZERO;
  private String reason = "";

  /** One channel and what has come by it. */
  private static final class Input<T> {
    final Channel<? extends T> channel;
    boolean isBlocked;
    boolean isEnded;
    boolean isIdle;
    long watermark = Long.MIN_VALUE;

    Input(Channel<? extends T> channel) {
      this.channel = channel;
    }

    boolean isOpen() {
      return !isBlocked && !isEnded;
    }
  }

  /**
   * Becomes the receiver of channels.
   *
   * @param name whose inputs they are, such as {@code count[1]}, for messages
   * @param channels the channels, one or more
   * @param limits how long inputs may be made to wait
   * @throws IllegalArgumentException if there is no channel: then no barrier would ever come
   * @throws IllegalStateException if one has a receiver
   */
  public BarrierAligner(
      String name, List<? extends Channel<? extends T>> channels, AlignmentLimits limits) {
    this(name, channels, limits, System::nanoTime);
  }

  BarrierAligner(
      String name,
      List<? extends Channel<? extends T>> channels,
      AlignmentLimits limits,
      LongSupplier nanoTime) {
    if (channels.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' has no input, so that no barrier would ever reach it".formatted(name));
    }
    this.name = requireNonNull(name, "name");
    this.limits = requireNonNull(limits, "limits");
    this.nanoTime = nanoTime;
    for (Channel<? extends T> channel : channels) {
      channel.receiveBy(doorbell);
      inputs.add(new Input<>(channel));
    }
    openCount = inputs.size();
  }

  /**
   * Waits for what comes next.
   *
   * @return what it is
   * @throws ChannelClosedException if a sender has failed, after all that it has sent
   * @throws IllegalStateException if another thread has called before
   * @throws InterruptedException if interrupted while waiting
   */
  public Event take() throws InterruptedException {
    while (true) {
      Event event = poll();
      if (event != null) {
        return event;
      }
      boolean unused = doorbell.await(this::isReady, nanosToLimit());
    }
  }

  /**
   * Returns what comes next if it is there.
   *
   * @return what it is, or {@code null} if nothing is there
   * @throws ChannelClosedException if a sender has failed, after all that it has sent
   * @throws IllegalStateException if another thread has called before
   */
  public @Nullable Event poll() {
    if (owner != Thread.currentThread()) {
      checkOwner();
    }
    if (isWoken) {
      isWoken = false;
      return Event.WOKEN;
    }
    if (aligning != NONE) {
      Event event = watchAlignment();
      if (event != null) {
        return event;
      }
    }
    do {
      hasReleased = false;
      Event event = pollAll();
      if (event != null) {
        return event;
      }
    } while (hasReleased); // Then there is something to take again.
    return openCount == 0 ? Event.END : null;
  }

  /** Looks at every input once, beginning where the last look has stopped. */
  private @Nullable Event pollAll() {
    for (int tried = 0; tried < inputs.size(); tried++) {
      Input<T> from = inputs.get(current);
      while (from.isOpen()) {
        Object element = from.channel.poll();
        if (element == null) {
          break;
        }
        input = current;
        if (--burstLeft == 0) {
          leave(from);
        }
        Event event = accept(from, element);
        if (event != null) {
          return event;
        }
      }
      if (from == inputs.get(current)) {
        leave(from);
      }
    }
    return null;
  }

  private void checkOwner() {
    Thread thread = Thread.currentThread();
    if (owner != null) {
      throw new IllegalStateException(
          "inputs of '%s' are taken from by two threads: first='%s', now='%s'"
              .formatted(name, owner.getName(), thread.getName()));
    }
    owner = thread;
  }

  private void leave(Input<T> from) {
    from.channel.pause();
    current = current + 1 == inputs.size() ? 0 : current + 1;
    burstLeft = BURST;
  }

  @SuppressWarnings("unchecked") // What is no signal was sent as a record.
  private @Nullable Event accept(Input<T> from, Object element) {
    if (!(element instanceof Signal signal)) {
      record = (T) element;
      from.isIdle = false;
      isIdle = false;
      return Event.RECORD;
    }
    if (signal instanceof Signal.Barrier barrier) {
      return barrier(from, barrier.checkpointId());
    }
    if (signal instanceof Signal.Watermark time) {
      from.isIdle = false;
      isIdle = false;
      from.watermark = Math.max(from.watermark, time.timestamp());
      return advance();
    }
    if (signal == Signal.Mark.IDLE) {
      from.isIdle = true;
      return advance();
    }
    return end(from);
  }

  private @Nullable Event barrier(Input<T> from, long id) {
    if (id <= lastEnded || id <= aborted.get() || id < aligning) {
      return null;
    }
    if (id > aligning) {
      release(); // The one before was given up where this input comes from.
      aligning = id;
      alignmentStart = nanoTime.getAsLong();
      pollsToCheck = BURST;
    }
    from.isBlocked = true;
    from.channel.pause();
    barrierCount++;
    return alignedIfAll();
  }

  private @Nullable Event alignedIfAll() {
    if (aligning == NONE || barrierCount < openCount) {
      return null;
    }
    checkpointId = aligning;
    alignment = Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - alignmentStart));
    release();
    return Event.BARRIER;
  }

  /** Ends the alignment, aligned or not. */
  private void release() {
    if (aligning != NONE) {
      lastEnded = aligning;
      aligning = NONE;
      barrierCount = 0;
      hasReleased = true;
      for (Input<T> waiting : inputs) {
        waiting.isBlocked = false;
      }
    }
  }

  private @Nullable Event end(Input<T> from) {
    from.isEnded = true;
    openCount--;
    Event aligned = alignedIfAll();
    if (aligned != null) {
      return aligned;
    }
    return openCount == 0 ? null : advance();
  }

  /** Looks whether the checkpoint was given up elsewhere, or a limit was passed. */
  private @Nullable Event watchAlignment() {
    if (aligning <= aborted.get()) {
      release();
      return null;
    }
    if (--pollsToCheck > 0) {
      return null;
    }
    pollsToCheck = BURST;
    long nanos = nanoTime.getAsLong() - alignmentStart;
    int waiting = waitingCount();
    if (nanos < nanosMax() && waiting <= limits.records()) {
      return null;
    }
    checkpointId = aligning;
    reason =
        "'%s' gives up checkpoint %d: inputs %s have not given their barrier after %d ms (limit %s) while %d records wait in the others (limit %d); such an input is slow, or its sender is"
            .formatted(
                name,
                aligning,
                late(),
                nanos / 1_000_000,
                limits.time(),
                waiting,
                limits.records());
    release();
    return Event.GIVEN_UP;
  }

  /** How many records wait in inputs that have given their barrier. */
  private int waitingCount() {
    int count = 0;
    for (Input<T> other : inputs) {
      count += other.isBlocked ? other.channel.size() : 0;
    }
    return count;
  }

  private List<String> late() {
    return inputs.stream()
        .filter(Input::isOpen)
        .map(other -> "'" + other.channel.name() + "'")
        .toList();
  }

  private long nanosMax() {
    return limits.time().compareTo(Duration.ofNanos(Long.MAX_VALUE)) >= 0
        ? Long.MAX_VALUE
        : limits.time().toNanos();
  }

  private long nanosToLimit() {
    pollsToCheck = 0;
    if (aligning == NONE || nanosMax() == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, nanosMax() - (nanoTime.getAsLong() - alignmentStart));
  }

  /** Moves the time on to the least of the inputs that are neither idle nor ended. */
  private @Nullable Event advance() {
    long least = Long.MAX_VALUE;
    boolean isAnyActive = false;
    for (Input<T> other : inputs) {
      if (!other.isEnded && !other.isIdle) {
        isAnyActive = true;
        least = Math.min(least, other.watermark);
      }
    }
    if (!isAnyActive) {
      boolean wasIdle = isIdle;
      isIdle = true;
      return wasIdle ? null : Event.IDLE;
    }
    if (least > watermark) {
      watermark = least;
      return Event.WATERMARK;
    }
    return null;
  }

  /** Tells whether {@link #poll} would not find nothing. */
  boolean canProceed() {
    return isReady() || openCount == 0;
  }

  /** What the next calls depend on, besides what is in the channels; for tests. */
  String describe() {
    StringBuilder text = new StringBuilder();
    for (Input<T> from : inputs) {
      text.append(from.isBlocked ? 'b' : from.isEnded ? 'e' : 'o');
    }
    return text.append(" aligning=")
        .append(aligning)
        .append(", ended=")
        .append(lastEnded)
        .append(", current=")
        .append(current)
        .toString();
  }

  private boolean isReady() {
    if (isWoken || (aligning != NONE && aligning <= aborted.get())) {
      return true;
    }
    for (Input<T> from : inputs) {
      if (from.isOpen() && from.channel.hasNext()) {
        return true;
      }
    }
    return aligning != NONE
        && limits.records() != Integer.MAX_VALUE
        && waitingCount() > limits.records();
  }

  /**
   * Returns the record that has come last.
   *
   * @return the record
   * @throws IllegalStateException if none has come
   */
  public T record() {
    if (record == null) {
      throw new IllegalStateException("no record has come by the inputs of '%s'".formatted(name));
    }
    return record;
  }

  /**
   * Returns by which channel the last event came.
   *
   * @return its index in the list that was given
   */
  public int input() {
    return input;
  }

  /**
   * Returns the checkpoint of the last {@link Event#BARRIER} or {@link Event#GIVEN_UP}.
   *
   * @return its number, or -1 if there was none
   */
  public long checkpointId() {
    return checkpointId;
  }

  /**
   * Returns how long the last aligned checkpoint has waited from its first barrier to the last.
   *
   * @return zero or more
   */
  public Duration alignment() {
    return alignment;
  }

  /**
   * Returns why the last checkpoint was given up.
   *
   * @return what was late and which limit was passed, or an empty text if none was given up
   */
  public String reason() {
    return reason;
  }

  /**
   * Returns the event time up to which all active inputs have come.
   *
   * @return the least of their watermarks, never going back; {@link Long#MIN_VALUE} at first
   */
  public long watermark() {
    return watermark;
  }

  /**
   * Tells that a checkpoint was given up, and those before it: inputs that wait for it go on. May
   * be called by any thread.
   *
   * @param id the checkpoint
   */
  public void abort(long id) {
    long unused = aborted.accumulateAndGet(id, Math::max);
    doorbell.ring();
  }

  /** Makes {@link #take} return {@link Event#WOKEN} soon. May be called by any thread. */
  public void wake() {
    isWoken = true;
    doorbell.ring();
  }

  /** Gives up the channels: whoever sends to one gets a {@link ChannelClosedException}. */
  @Override
  public void close() {
    for (Input<T> from : inputs) {
      from.channel.close();
    }
  }
}
