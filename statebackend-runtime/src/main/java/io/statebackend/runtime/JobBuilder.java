// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.Once;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Describes a job: its parts, the routes between them, and how it goes about its work. A setting is
 * set once: a second call is an {@link IllegalStateException}. What is wired wrongly is refused at
 * once, with the name of the part.
 *
 * <p>Not thread-safe.
 */
public final class JobBuilder {
  private static final int CHANNEL_CAPACITY = 1024;
  private static final int CHANNEL_CAPACITY_MIN = 4;
  private static final int CHANNEL_CAPACITY_MAX = 1 << 20;
  private static final Duration IDLE_AFTER = Duration.ofSeconds(30);

  private final Job.Environment environment;
  private final List<Part> parts = new ArrayList<>();
  private final Set<String> ids = new HashSet<>();
  private @Nullable Integer maxParallelism;
  private @Nullable Integer channelCapacity;
  private @Nullable AlignmentLimits limits;
  private @Nullable RestartPolicy restarts;
  private @Nullable Integer toleratedFailures;
  private @Nullable Duration idleAfter;
  private @Nullable ThreadFactory threads;

  JobBuilder(Job.Environment environment) {
    this.environment = environment;
  }

  /**
   * Adds a source.
   *
   * @param id its id, under which its positions are found again after a restart
   * @param parallelism how many subtasks share its partitions, 1 or more
   * @param source the source
   * @param <T> the type of its records
   * @param <P> the type of its positions
   * @return its records
   * @throws IllegalArgumentException if the id is taken or the parallelism is no such number
   */
  @SuppressWarnings("unchecked") // What a part gives and takes is checked here, and only here.
  public <T, P> Records<T> source(String id, int parallelism, Source<T, P> source) {
    Source<Object, Object> any = (Source<Object, Object>) requireNonNull(source, "source");
    return new Records<>(add(new Part(id, parallelism, any, null, null, List.of())));
  }

  /**
   * Adds an operator.
   *
   * @param id its id, under which its state is found again after a restart
   * @param parallelism how many subtasks it has, 1 or more
   * @param operator opens the operator of a subtask
   * @param inputs where its records come from, one or more
   * @param <T> the type of the records that it gets
   * @param <R> the type of the records that it gives
   * @return its records
   * @throws IllegalArgumentException if the id is taken, the parallelism is no such number, or
   *     there is no input
   */
  @SafeVarargs
  @SuppressWarnings({"unchecked", "varargs"})
  public final <T, R> Records<R> operator(
      String id, int parallelism, Operator.Factory<T, R> operator, Route<? extends T>... inputs) {
    Operator.Factory<Object, Object> any =
        (Operator.Factory<Object, Object>) requireNonNull(operator, "operator");
    return new Records<>(add(new Part(id, parallelism, null, any, null, List.of(inputs))));
  }

  /**
   * Adds a sink, which is closed when the job has ended.
   *
   * @param id its id, under which what it has prepared is found again after a restart
   * @param parallelism how many subtasks write, 1 or more
   * @param sink the sink
   * @param inputs where its records come from, one or more
   * @param <T> the type of the records
   * @param <C> what the sink prepares
   * @throws IllegalArgumentException as {@link #operator}
   */
  @SafeVarargs
  @SuppressWarnings({"unchecked", "varargs"})
  public final <T, C> void sink(
      String id, int parallelism, Sink<T, C> sink, Route<? extends T>... inputs) {
    Sink<Object, Object> any = (Sink<Object, Object>) requireNonNull(sink, "sink");
    Operator.Factory<Object, Object> writer =
        context -> (Operator<Object, Object>) (Operator<?, ?>) new SinkOperator<>(any, context);
    Part unused = add(new Part(id, parallelism, null, writer, any, List.of(inputs)));
  }

  private Part add(Part part) {
    if (!ids.add(requireNonNull(part.id(), "id"))) {
      throw new IllegalArgumentException(
          "two parts of the job have the id '%s'; state is found by it".formatted(part.id()));
    }
    if (part.parallelism() < 1 || part.parallelism() > KeyGroupRange.MAX_PARALLELISM_LIMIT) {
      throw new IllegalArgumentException(
          "the parallelism of '%s' must be 1 to %d: parallelism=%d"
              .formatted(part.id(), KeyGroupRange.MAX_PARALLELISM_LIMIT, part.parallelism()));
    }
    if (!part.isSource() && part.inputs().isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' has no input, so that no barrier would ever reach it".formatted(part.id()));
    }
    for (Route<?> route : part.inputs()) {
      if (!parts.contains(route.from())) {
        throw new IllegalArgumentException(
            "an input of '%s' is of another job: '%s'".formatted(part.id(), route.from().id()));
      }
    }
    parts.add(part);
    return part;
  }

  /**
   * Sets the number of key groups of all operators, the most subtasks that one can ever have. It
   * cannot be changed once there is a checkpoint. Default: that of the restored checkpoint,
   * otherwise 128.
   *
   * @param maxParallelism 1 to {@link KeyGroupRange#MAX_PARALLELISM_LIMIT}
   * @return this
   */
  public JobBuilder maxParallelism(int maxParallelism) {
    if (maxParallelism < 1 || maxParallelism > KeyGroupRange.MAX_PARALLELISM_LIMIT) {
      throw new IllegalArgumentException(
          "maxParallelism must be 1 to %d: maxParallelism=%d"
              .formatted(KeyGroupRange.MAX_PARALLELISM_LIMIT, maxParallelism));
    }
    this.maxParallelism = Once.set("maxParallelism", this.maxParallelism, maxParallelism);
    return this;
  }

  /**
   * Sets how many records each channel between two subtasks holds before the sender waits. Default
   * 1024. Fewer let a checkpoint go through sooner while the job is busy.
   *
   * @param records 4 to 1,048,576; rounded up to a power of two
   * @return this
   */
  public JobBuilder channelCapacity(int records) {
    if (records < CHANNEL_CAPACITY_MIN || records > CHANNEL_CAPACITY_MAX) {
      throw new IllegalArgumentException(
          "channelCapacity must be %d to %d: channelCapacity=%d"
              .formatted(CHANNEL_CAPACITY_MIN, CHANNEL_CAPACITY_MAX, records));
    }
    channelCapacity = Once.set("channelCapacity", channelCapacity, records);
    return this;
  }

  /**
   * Sets how long an input may be made to wait for the barrier of another one. Default: none but
   * the timeout of checkpoints and what channels hold.
   *
   * @param limits the limits
   * @return this
   */
  public JobBuilder alignment(AlignmentLimits limits) {
    this.limits = Once.set("alignment", this.limits, requireNonNull(limits, "limits"));
    return this;
  }

  /**
   * Sets how often the job starts again after a failure. Default: never.
   *
   * @param policy the policy
   * @return this
   */
  public JobBuilder restarts(RestartPolicy policy) {
    restarts = Once.set("restarts", restarts, requireNonNull(policy, "policy"));
    return this;
  }

  /**
   * Sets how many checkpoints in a row may fail before the job does. Default: any number, as
   * earlier checkpoints are as good as ever.
   *
   * @param count 0 or more
   * @return this
   */
  public JobBuilder toleratedFailures(int count) {
    if (count < 0) {
      throw new IllegalArgumentException(
          "toleratedFailures must be 0 or more: toleratedFailures=" + count);
    }
    toleratedFailures = Once.set("toleratedFailures", toleratedFailures, count);
    return this;
  }

  /**
   * Sets after which time without records a subtask of a source counts as idle, so that event time
   * goes on without it. Default 30 seconds.
   *
   * @param time zero or more
   * @return this
   */
  public JobBuilder idleAfter(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("idleAfter must not be negative: idleAfter=" + time);
    }
    idleAfter = Once.set("idleAfter", idleAfter, time);
    return this;
  }

  /**
   * Sets what makes the threads, one for each subtask. Default: daemon threads. On JDK 21 and later
   * {@code Thread.ofVirtual().factory()} will do for parts that wait more than they work.
   *
   * @param factory makes threads
   * @return this
   */
  public JobBuilder threads(ThreadFactory factory) {
    threads = Once.set("threads", threads, requireNonNull(factory, "factory"));
    return this;
  }

  /**
   * Checks the job as a whole.
   *
   * @return the job, which was not started
   * @throws IllegalStateException if there is no part, or the records of one go nowhere
   */
  public Job build() {
    if (parts.isEmpty()) {
      throw new IllegalStateException("the job has no parts");
    }
    Set<Part> used = new HashSet<>();
    parts.forEach(part -> part.inputs().forEach(route -> used.add(route.from())));
    for (Part part : parts) {
      if (part.isSource() && !used.contains(part)) {
        throw new IllegalStateException(
            "the records of source '%s' go nowhere: give them to an operator or a sink"
                .formatted(part.id()));
      }
    }
    return new Job(
        environment,
        List.copyOf(parts),
        new JobSettings(
            maxParallelism,
            channelCapacity == null ? CHANNEL_CAPACITY : channelCapacity,
            limits == null ? AlignmentLimits.NONE : limits,
            restarts == null ? RestartPolicy.none() : restarts,
            toleratedFailures == null ? environment.toleratedFailures() : toleratedFailures,
            idleAfter == null ? IDLE_AFTER : idleAfter,
            threads == null ? JobBuilder::daemon : threads));
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }
}
