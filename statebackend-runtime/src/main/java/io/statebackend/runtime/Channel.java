// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import org.jctools.queues.atomic.SpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries records from one thread to one other, in their order, with barriers, watermarks and the
 * end of input in their places between them.
 *
 * <p>Bounded: a sender waits while the channel is full. The sending methods belong to one thread,
 * that of the first call. What is sent is received by a {@link BarrierAligner}, which several
 * channels may lead to: where records of several threads are to meet, each has a channel of its
 * own, so that each barrier has its place.
 *
 * @param <T> the type of the records
 */
public final class Channel<T> {
  /** How many elements are taken before a sender that waits is woken, so that it has work to do. */
  private static final int TAKEN_BEFORE_RING = 32;

  private final String name;
  private final SpscAtomicArrayQueue<Object> queue;
  private final Doorbell space = new Doorbell();
  private int takenSinceRing;

  /** Rung when something was sent; {@code null} until there is a receiver. */
  private volatile @Nullable Doorbell arrivals;

  private volatile boolean isClosed;

  /** Why the sender has given up, or {@code null}. */
  private volatile @Nullable Throwable failure;

  /** The sender's. */
  private @Nullable Thread sender;

  private boolean isEnded;

  /**
   * Creates a channel.
   *
   * @param name what connects what, such as {@code parse[0] -> count[1]}, for messages
   * @param capacity how many records it holds before the sender waits, 4 or more; rounded up to a
   *     power of two
   * @throws IllegalArgumentException if it is fewer
   */
  public Channel(String name, int capacity) {
    if (capacity < 4) {
      throw new IllegalArgumentException(
          "channel '%s' must hold 4 records or more: capacity=%d".formatted(name, capacity));
    }
    this.name = requireNonNull(name, "name");
    this.queue = new SpscAtomicArrayQueue<>(capacity);
  }

  /**
   * Returns what the channel connects.
   *
   * @return the name that it was given
   */
  public String name() {
    return name;
  }

  /**
   * Returns how many records and signals are on their way. Exact for the two threads that use the
   * channel while the other does nothing.
   *
   * @return zero or more
   */
  public int size() {
    return queue.size();
  }

  /**
   * Sends a record. Waits while the channel is full.
   *
   * @param record the record, which the receiver gets as it is: the sender does not change it any
   *     more
   * @throws ChannelClosedException if the receiver has closed the channel
   * @throws IllegalStateException if another thread has sent before, or the channel was ended
   * @throws InterruptedException if interrupted while waiting; the record was not sent then
   */
  public void send(T record) throws InterruptedException {
    put(requireNonNull(record, "record"));
  }

  /**
   * Sends the barrier of a checkpoint: all records before it belong to the checkpoint, and none
   * after it.
   *
   * @param checkpointId the checkpoint
   * @throws ChannelClosedException as {@link #send}
   * @throws InterruptedException as {@link #send}
   */
  public void sendBarrier(long checkpointId) throws InterruptedException {
    put(new Signal.Barrier(checkpointId));
  }

  /**
   * Sends a watermark: no record of an earlier time is expected after it.
   *
   * @param timestamp the time; {@link Long#MAX_VALUE} after the last record
   * @throws ChannelClosedException as {@link #send}
   * @throws InterruptedException as {@link #send}
   */
  public void sendWatermark(long timestamp) throws InterruptedException {
    put(new Signal.Watermark(timestamp));
  }

  /**
   * Tells that nothing may come for a while, so that event time goes on without this sender. It is
   * active again with the next record or watermark.
   *
   * @throws ChannelClosedException as {@link #send}
   * @throws InterruptedException as {@link #send}
   */
  public void sendIdle() throws InterruptedException {
    put(Signal.Mark.IDLE);
  }

  /**
   * Tells that nothing comes any more. The receiver counts the channel as one that has given every
   * barrier.
   *
   * @throws ChannelClosedException as {@link #send}
   * @throws InterruptedException as {@link #send}
   */
  public void end() throws InterruptedException {
    put(Signal.Mark.END);
    isEnded = true;
  }

  /**
   * Tells that the sender has failed: the receiver gets a {@link ChannelClosedException} when it
   * has taken what was sent before. May be called by any thread. Does not wait.
   *
   * @param cause why
   */
  public void fail(Throwable cause) {
    failure = requireNonNull(cause, "cause");
    ringArrivals();
  }

  private void put(Object element) throws InterruptedException {
    if (sender != Thread.currentThread()) {
      checkSender();
    }
    if (isEnded) {
      throw new IllegalStateException("channel '%s' was ended before".formatted(name));
    }
    if (isClosed) {
      throw closed();
    }
    if (!queue.offer(element)) {
      boolean unused = space.await(() -> isClosed || queue.offer(element), Long.MAX_VALUE);
      if (isClosed) {
        throw closed();
      }
    }
    ringArrivals();
  }

  private void checkSender() {
    Thread current = Thread.currentThread();
    if (sender != null) {
      throw new IllegalStateException(
          "channel '%s' is sent to by two threads: first='%s', now='%s'; give each a channel of its own"
              .formatted(name, sender.getName(), current.getName()));
    }
    sender = current;
  }

  private ChannelClosedException closed() {
    return new ChannelClosedException(
        "channel '%s' was closed by its receiver".formatted(name), null);
  }

  private void ringArrivals() {
    Doorbell bell = arrivals;
    if (bell != null) {
      bell.ring();
    }
  }

  /**
   * Connects the receiver.
   *
   * @throws IllegalStateException if there is one
   */
  void receiveBy(Doorbell bell) {
    if (arrivals != null) {
      throw new IllegalStateException("channel '%s' has two receivers".formatted(name));
    }
    arrivals = bell;
  }

  /** Tells whether a sender need not wait. */
  boolean hasRoom() {
    return queue.size() < queue.capacity();
  }

  /** Tells whether there is something to take, or a failure to be told. */
  boolean hasNext() {
    return !queue.isEmpty() || failure != null;
  }

  /**
   * Takes what was sent first. The receiver calls {@link #pause} before it leaves the channel
   * alone.
   *
   * @return a record or a {@link Signal}, or {@code null} if nothing is there
   * @throws ChannelClosedException if nothing is there and the sender has failed
   */
  @Nullable Object poll() {
    Object element = queue.poll();
    if (element == null) {
      return pollAgain();
    }
    if (++takenSinceRing == TAKEN_BEFORE_RING) {
      pause();
    }
    return element;
  }

  private @Nullable Object pollAgain() {
    pause();
    Throwable cause = failure;
    // What was sent before the failure is seen after it.
    Object element = queue.poll();
    if (element == null && cause != null) {
      throw new ChannelClosedException(
          "the sender of channel '%s' has failed".formatted(name), cause);
    }
    return element;
  }

  /** Lets a sender that waits go on, since nothing may be taken for a while. */
  void pause() {
    takenSinceRing = 0;
    space.ring();
  }

  /** Gives the channel up: the sender gets an error with its next call, or if it waits. */
  void close() {
    isClosed = true;
    space.ring();
  }
}
