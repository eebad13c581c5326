// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.testkit.TroubledStorage.Call;
import io.statebackend.testkit.TroubledStorage.Hang;
import io.statebackend.testkit.TroubledStorage.HangUntilClosed;
import io.statebackend.testkit.TroubledStorage.Moment;
import io.statebackend.testkit.TroubledStorage.ThrowOnce;
import io.statebackend.testkit.TroubledStorage.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each checkpoint ends exactly once whatever is thrown at it, checkpoints go on afterwards, and
 * nothing that is complete is lost.
 *
 * <p>Each call of the storage throws each kind of exception and error once, before and after it has
 * done its work; so do listeners, executors and the engine. The storage hangs as well, names are
 * asked for twice, and a second coordinator wants the storage.
 */
@Timeout(300)
public abstract class CheckpointLifecycleContract {
  private static final int HANGING_CHECKPOINT_COUNT = 20;
  private static final int THREAD_COUNT_MAX = 16;
  private static final int IMAGE_COUNT_MAX = 16;
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  /** What is thrown. */
  private static final List<Supplier<Throwable>> THROWABLES =
      List.of(
          () -> new StateIoException("injected"),
          () -> new IllegalStateException("injected"),
          () -> new NullPointerException("injected"),
          () -> new AssertionError("injected"),
          () -> new OutOfMemoryError("injected"),
          () -> new StackOverflowError("injected"),
          () -> new UncheckedIOException(new IOException("injected")),
          // What is not declared: parts of others may be written in languages without checks.
          () -> new IOException("injected"),
          () -> new InterruptedException("injected"));

  @TempDir Path directory;
  private int jobCount;

  /** Creates the contract, for one test. */
  protected CheckpointLifecycleContract() {}

  /**
   * Makes the backend to test.
   *
   * @param directory a directory for the backend alone, which need not be there, and may hold what
   *     a backend left that was closed
   * @return a new backend
   */
  protected abstract StateBackend newBackend(Path directory);

  /**
   * Opens the checkpoint storage to test, empty; by default {@link FileCheckpointStorage}.
   *
   * @param directory where, a directory that is not there
   * @return the storage
   */
  protected CheckpointStorage openStorage(Path directory) {
    return FileCheckpointStorage.open(directory);
  }

  /**
   * Returns about how many cases each test tries of what can be thrown; by default all. A backend
   * that takes long to open tries fewer.
   *
   * @return a number, 1 or more
   */
  protected int casesInBuild() {
    return Integer.MAX_VALUE;
  }

  private TroubledJob newJob() {
    Path root = directory.resolve("job-" + ++jobCount);
    return new TroubledJob(openStorage(root.resolve("checkpoints")), this::newBackend, root);
  }

  /**
   * A call of the storage that throws.
   *
   * @param call the call of the storage
   * @param moment when
   * @param afterFailedPublication whether the publication fails before, so that clean-up follows
   * @param thrown what
   */
  private record Case(
      Call call, Moment moment, boolean afterFailedPublication, Supplier<Throwable> thrown) {
    @Override
    public String toString() {
      return "%s throws %s %s its work%s"
          .formatted(
              call,
              thrown.get().getClass().getSimpleName(),
              moment == Moment.BEFORE ? "before" : "after",
              afterFailedPublication ? ", and the publication fails" : "");
    }

    ThrowOnce trouble() {
      return new ThrowOnce(call, moment, thrown);
    }

    Trouble around(ThrowOnce trouble) {
      return afterFailedPublication
          ? trouble.and(
              new ThrowOnce(Call.PUBLISH, Moment.AFTER, () -> new StateIoException("injected")))
          : trouble;
    }

    /** Tells whether the call is made by the clean-up, which nothing waits for. */
    boolean isOfCleanUp() {
      return afterFailedPublication || call == Call.DELETE;
    }
  }

  private List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Moment moment : Moment.values()) {
      for (Supplier<Throwable> thrown : THROWABLES) {
        for (Call call :
            List.of(Call.CREATE, Call.WRITE, Call.COMMIT, Call.IMPORT, Call.PUBLISH, Call.DELETE)) {
          cases.add(new Case(call, moment, false, thrown));
        }
        for (Call call : List.of(Call.LIST, Call.OPEN, Call.READ, Call.DELETE)) {
          cases.add(new Case(call, moment, true, thrown));
        }
      }
    }
    return tried(cases);
  }

  /** Returns about as many cases as are tried, spread over all. */
  private <T> List<T> tried(List<T> cases) {
    int step = 1 + (cases.size() - 1) / casesInBuild();
    List<T> tried = new ArrayList<>();
    for (int i = 0; i < cases.size(); i += step) {
      tried.add(cases.get(i));
    }
    return tried;
  }

  /** What is thrown, and where. */
  private record Thrown<T>(T where, Supplier<Throwable> what) {}

  /** Returns what is tried of each throwable at each place. */
  private <T> List<Thrown<T>> tried(List<T> places, List<Supplier<Throwable>> throwables) {
    List<Thrown<T>> cases = new ArrayList<>();
    places.forEach(place -> throwables.forEach(what -> cases.add(new Thrown<>(place, what))));
    return tried(cases);
  }

  @Test
  final void storage_throws_checkpointEndsAndOthersGoOn() throws InterruptedException {
    Set<Call> hit = new HashSet<>();
    for (Case tried : cases()) {
      try {
        if (storageThrows(tried)) {
          hit.add(tried.call);
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("not as it should be: " + tried, e);
      }
    }
    if (casesInBuild() == Integer.MAX_VALUE) {
      assertThat(hit)
          .as("calls that were made")
          .contains(
              Call.CREATE,
              Call.WRITE,
              Call.COMMIT,
              Call.PUBLISH,
              Call.LIST,
              Call.OPEN,
              Call.READ,
              Call.DELETE);
    }
  }

  /** Returns {@code false} if the engine does not make such calls. */
  private boolean storageThrows(Case tried) throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      ThrowOnce trouble = tried.trouble();
      job.trouble(tried.around(trouble));
      Throwable unused = job.awaitEnd(job.begin());
      if (tried.isOfCleanUp()) {
        trouble.awaitHit();
      } else if (!trouble.isHit()) {
        assertThat(tried.call).as("a call that is not made").isEqualTo(Call.IMPORT);
        return false;
      }
      job.ends.checkEachEndedOnce();
      job.trouble(Trouble.NONE);
      // What is as it was must not be looked for among the files of the one that was aborted.
      job.awaitCompleted(job.beginUnchanged());
      job.complete();

      job.trouble(tried.around(tried.trouble()));
      Throwable unusedToo = job.awaitEnd(job.begin());
      job.restart();
      job.complete();
      job.restart();
      job.ends.checkEachEndedOnce();
      return true;
    }
  }

  @Test
  final void listener_throws_nothingIsHarmed() throws InterruptedException {
    List<String> events = List.of("triggered", "completed", "aborted", "subsumed");
    for (Thrown<String> thrown : tried(events, THROWABLES)) {
      try (TroubledJob job = newJob()) {
        job.start(builder -> {});
        job.complete();
        job.ends.failNext(thrown.where, thrown.what.get());
        if (thrown.where.equals("aborted")) {
          job.trouble(
              new ThrowOnce(Call.PUBLISH, Moment.BEFORE, () -> new StateIoException("injected")));
          assertThat(job.awaitEnd(job.begin())).hasMessage("injected");
        } else {
          job.complete();
        }
        job.complete();
        job.ends.checkEachEndedOnce();
        job.restart();
      }
    }
  }

  /** An executor that throws once. */
  private static final class FailingExecutor implements Executor {
    private final Executor executor;
    private volatile @Nullable Throwable failure;

    FailingExecutor(Executor executor) {
      this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
      Throwable next = failure;
      if (next != null) {
        failure = null;
        TroubledStorage.throwIt(next);
      }
      executor.execute(task);
    }
  }

  private static List<Supplier<Throwable>> failuresOfExecutors() {
    List<Supplier<Throwable>> thrown = new ArrayList<>(THROWABLES);
    thrown.add(() -> new RejectedExecutionException("injected"));
    return thrown;
  }

  @Test
  final void executor_throws_checkpointIsAbortedAndOthersGoOn() throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Supplier<Throwable> thrown : tried(failuresOfExecutors())) {
        try (TroubledJob job = newJob()) {
          FailingExecutor executor = new FailingExecutor(threads);
          job.start(builder -> builder.executor(executor));
          job.complete();
          executor.failure = thrown.get();
          assertThat(job.awaitEnd(job.begin())).hasMessageContaining("injected");
          job.complete();
          job.ends.checkEachEndedOnce();
          job.restart();
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  final void cleanUpExecutor_throws_checkpointsGoOn() throws InterruptedException {
    for (Thrown<Boolean> thrown : tried(List.of(true, false), failuresOfExecutors())) {
      try (TroubledJob job = newJob()) {
        FailingExecutor executor = new FailingExecutor(Runnable::run);
        job.start(builder -> builder.cleanUpExecutor(executor));
        job.complete();
        executor.failure = thrown.what.get();
        boolean isAborted = thrown.where;
        if (isAborted) {
          job.trouble(
              new ThrowOnce(Call.COMMIT, Moment.BEFORE, () -> new StateIoException("injected")));
          assertThat(job.awaitEnd(job.begin())).isNotNull();
        } else {
          job.complete();
        }
        job.complete();
        job.ends.checkEachEndedOnce();
        job.restart();
        assertThat(job.coordinator().garbage()).as("what no checkpoint reaches").isEmpty();
      }
    }
  }

  @Test
  final void freeze_throws_checkpointIsAbortedAndOthersGoOn() throws InterruptedException {
    for (Supplier<Throwable> thrown : tried(THROWABLES)) {
      try (TroubledJob job = newJob()) {
        job.start(builder -> {});
        job.complete();
        CompletableFuture<CompletedCheckpoint> failing = job.coordinator().trigger();
        Throwable failure = thrown.get();
        job.images.failNext(failure);
        assertThatThrownBy(() -> job.session().takePending(job.history))
            .as("what the owner is told")
            .hasMessageContaining("injected");
        assertThat(job.awaitEnd(failing)).hasMessageContaining("injected");
        job.complete();
        job.ends.checkEachEndedOnce();
        job.restart();
      }
    }
  }

  private static Set<Thread> threadsOfCheckpoints() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("statebackend-checkpoint"));
    return threads;
  }

  private static int threadCountSince(Set<Thread> before) {
    Set<Thread> threads = threadsOfCheckpoints();
    threads.removeAll(before);
    return threads.size();
  }

  @Test
  final void hang_manyTimeouts_threadsAndImagesAreBounded() throws InterruptedException {
    for (Call call : List.of(Call.CREATE, Call.WRITE, Call.COMMIT)) {
      Set<Thread> before = threadsOfCheckpoints();
      ManualTimer timer = new ManualTimer();
      try (TroubledJob job = newJob()) {
        job.start(builder -> builder.timeout(TIMEOUT).timer(timer));
        hangManyTimes(job, call, timer, () -> threadCountSince(before), () -> {});
      }
    }
  }

  /** An executor that tells when it has begun tasks. */
  private static final class CountingExecutor implements Executor {
    private final Executor executor;

    /** Guarded by {@code this}, as is what follows. */
    private int begunCount;

    private int seenCount;

    CountingExecutor(Executor executor) {
      this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
      executor.execute(
          () -> {
            noteBegun();
            task.run();
          });
    }

    private synchronized void noteBegun() {
      begunCount++;
      notifyAll();
    }

    /** Waits until it has begun a task that it had not begun at the last call. */
    synchronized void awaitNext() {
      try {
        while (begunCount == seenCount) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      seenCount = begunCount;
    }
  }

  @Test
  final void hang_manyTimeoutsWithExecutorOfTheUser_threadsAndImagesAreBounded()
      throws InterruptedException {
    for (Call call : List.of(Call.CREATE, Call.WRITE, Call.COMMIT)) {
      ThreadPoolExecutor threads =
          new ThreadPoolExecutor(
              0, Integer.MAX_VALUE, 1, TimeUnit.MINUTES, new SynchronousQueue<>());
      CountingExecutor executor = new CountingExecutor(threads);
      ManualTimer timer = new ManualTimer();
      try (TroubledJob job = newJob()) {
        job.start(builder -> builder.timeout(TIMEOUT).timer(timer).executor(executor));
        hangManyTimes(job, call, timer, threads::getPoolSize, executor::awaitNext);
      } finally {
        threads.shutdown();
      }
    }
  }

  /**
   * Lets many checkpoints run into their timeout. An engine whose writers wait for each other may
   * have all of them aborted; otherwise later ones are refused.
   */
  private static void hangManyTimes(
      TroubledJob job,
      Call call,
      ManualTimer timer,
      Supplier<Integer> threadCount,
      Runnable awaitWriters)
      throws InterruptedException {
    job.complete();
    awaitWriters.run();
    Hang hang = new Hang(call);
    job.trouble(hang);
    try {
      for (int i = 0; i < HANGING_CHECKPOINT_COUNT; i++) {
        CompletableFuture<CompletedCheckpoint> hanging;
        try {
          hanging = job.begin();
        } catch (StateIoException e) {
          assertThat(e).as("why a trigger is refused").hasMessageContaining("does not answer");
          continue;
        }
        awaitWriters.run();
        hang.awaitHung();
        timer.advance(TIMEOUT);
        assertThat(job.awaitEnd(hanging)).as("a checkpoint that hangs").isNotNull();
        assertThat(threadCount.get()).as("threads").isLessThanOrEqualTo(THREAD_COUNT_MAX);
        assertThat(job.images.openCount())
            .as("images that are held")
            .isLessThanOrEqualTo(IMAGE_COUNT_MAX);
      }
    } finally {
      hang.end();
      job.trouble(Trouble.NONE);
    }
    job.completeInTheEnd();
    job.ends.checkEachEndedOnce();
    job.restart();
  }

  @Test
  final void hang_untilTheFileIsClosed_abortMakesTheWriterGiveUp() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      HangUntilClosed hang = new HangUntilClosed();
      job.trouble(hang);
      CompletableFuture<CompletedCheckpoint> hanging = job.begin();
      hang.awaitHung();
      job.stop();
      assertThat(job.awaitEnd(hanging)).as("a checkpoint that hangs").isNotNull();
      job.start(builder -> {}); // Refused while anything is still being written.
      job.complete();
      job.restart();
    }
  }

  @Test
  final void hang_ofPublication_triggersWaitAndAllComplete() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      Hang hang = new Hang(Call.PUBLISH);
      job.trouble(hang);
      CompletableFuture<CompletedCheckpoint> published = job.begin();
      CompletableFuture<CompletedCheckpoint> waiting;
      try {
        hang.awaitHung();
        waiting = job.coordinator().trigger();
        assertThat(job.coordinator().trigger()).as("triggers that wait").isSameAs(waiting);
        assertThat(published).isNotDone();
      } finally {
        hang.end();
      }
      job.awaitCompleted(published);
      job.session().takePending(job.history);
      job.awaitCompleted(waiting);
      job.ends.checkEachEndedOnce();
      job.restart();
    }
  }

  @Test
  final void hang_ofDeletion_completionIsToldAllTheSame() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      Hang hang = new Hang(Call.DELETE);
      job.trouble(hang);
      try {
        job.complete();
        hang.awaitHung();
        job.complete();
        job.complete();
        job.ends.checkEachEndedOnce();
      } finally {
        hang.end();
      }
      job.restart();
      assertThat(job.coordinator().completed()).as("what is retained").hasSize(1);
    }
  }

  private static void failSavepoint(TroubledJob job, String name, Trouble trouble)
      throws InterruptedException {
    job.trouble(
        trouble.and(
            new ThrowOnce(Call.PUBLISH, Moment.BEFORE, () -> new StateIoException("injected"))));
    assertThat(job.awaitEnd(job.beginSavepoint(name))).hasMessage("injected");
  }

  /** Takes checkpoints, so that all deletions run again, and then restores the savepoint. */
  private static void checkSavepointStays(TroubledJob job, String name, long id)
      throws InterruptedException {
    job.complete();
    job.complete();
    job.restart();
    job.complete();
    job.stop();
    job.startFrom(name, id);
  }

  @Test
  final void savepoint_nameAskedForTwice_secondIsRefusedAndFirstStays()
      throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      CompletableFuture<CompletedCheckpoint> first = job.coordinator().savepoint("twice");
      assertThatThrownBy(() -> job.coordinator().savepoint("twice"))
          .as("while the first is pending")
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("'twice'");
      job.session().takePending(job.history);
      job.awaitCompleted(first);
      assertThatThrownBy(() -> job.coordinator().savepoint("twice"))
          .as("when the first is there")
          .isInstanceOf(RuntimeException.class)
          .hasMessageContaining("'twice'");
      checkSavepointStays(job, "twice", first.join().id());
    }
  }

  @Test
  final void savepoint_afterFailedTryThatCouldNotBeDeleted_stays() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      AtomicBoolean isFailing = new AtomicBoolean(true);
      failSavepoint(
          job,
          "retried",
          (call, moment) -> {
            if (call == Call.DELETE && isFailing.get()) {
              throw new StateIoException("cannot be deleted");
            }
          });
      assertThatThrownBy(() -> job.beginSavepoint("retried"))
          .as("while files of the first try cannot be deleted")
          .hasMessageContaining("'retried'");
      isFailing.set(false);
      CompletableFuture<CompletedCheckpoint> second = job.beginSavepointInTheEnd("retried");
      job.awaitCompleted(second);
      checkSavepointStays(job, "retried", second.join().id());
    }
  }

  @Test
  final void savepoint_afterFailedTryWhoseDeletionHangs_stays() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      Hang hang = new Hang(Call.DELETE);
      try {
        failSavepoint(job, "retried", hang);
        hang.awaitHung();
        Thread.currentThread().interrupt(); // Otherwise it waits for the deletion for a while.
        assertThatThrownBy(() -> job.coordinator().savepoint("retried"))
            .as("while files of the first try are being deleted")
            .hasMessageContaining("'retried'");
      } finally {
        boolean unused = Thread.interrupted();
        hang.end();
      }
      CompletableFuture<CompletedCheckpoint> second = job.beginSavepointInTheEnd("retried");
      job.awaitCompleted(second);
      checkSavepointStays(job, "retried", second.join().id());
    }
  }

  private static void assertLocked(TroubledJob job) {
    assertThatThrownBy(() -> CheckpointCoordinator.builder(job.storage).open())
        .as("another coordinator on a storage that is used")
        .isInstanceOf(StateLockedException.class)
        .hasMessageContaining("another coordinator");
  }

  @Test
  final void secondCoordinator_isRefusedUntilTheFirstIsClosed() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      assertLocked(job);
      job.complete();
      assertLocked(job);
      job.complete();
      job.restart();
      job.complete();
    }
  }

  @Test
  final void secondCoordinator_isRefusedUntilTheLastWriteOfTheFirstHasEnded()
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (Call call : List.of(Call.WRITE, Call.PUBLISH, Call.DELETE)) {
        try (TroubledJob job = newJob()) {
          job.start(builder -> builder.executor(threads));
          job.complete();
          Hang hang = new Hang(call);
          job.trouble(hang);
          CompletableFuture<CompletedCheckpoint> hanging = job.begin();
          try {
            hang.awaitHung();
            Thread.currentThread().interrupt(); // Otherwise it waits for the write for a while.
            job.coordinator().close();
            assertThat(Thread.interrupted()).as("the interrupt that ended the wait").isTrue();
            assertLocked(job);
          } finally {
            hang.end();
          }
          Throwable unused = job.awaitEnd(hanging);
          job.restart();
          job.complete();
          job.restart();
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  final void numbers_afterCloseAndOpenOnOneStorage_areNotUsedAgain() throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      long last = job.coordinator().completed().get(0).id();
      for (int i = 0; i < 3; i++) {
        job.trouble(
            new ThrowOnce(Call.PUBLISH, Moment.BEFORE, () -> new StateIoException("injected")));
        CompletableFuture<CompletedCheckpoint> failing = job.coordinator().trigger();
        job.session().takePending(job.history);
        assertThat(job.awaitEnd(failing)).hasMessage("injected");
        job.restart();
        CompletableFuture<CompletedCheckpoint> next = job.begin();
        job.awaitCompleted(next);
        assertThat(next.join().id()).as("a number that no other one had").isEqualTo(last + 2);
        last = next.join().id();
      }
    }
  }

  @Test
  final void sharedFiles_areLost_checkpointIsAbortedAndTheNextOneIsWhole()
      throws InterruptedException {
    try (TroubledJob job = newJob()) {
      job.start(builder -> {});
      job.complete();
      List<String> shared = job.storage.list("shared");
      assumeTrue(!shared.isEmpty(), "the engine has no snapshots of its own");
      job.storage.delete("shared");

      Throwable cause =
          requireNonNull(job.awaitEnd(job.beginUnchanged()), "a checkpoint without its files");
      assertThat(cause).isInstanceOf(StateIoException.class);
      assertThat(shared)
          .as("files that are named: %s", cause.getMessage())
          .anyMatch(name -> String.valueOf(cause.getMessage()).contains(name));

      job.awaitCompleted(job.beginUnchanged());
      job.complete();
      job.ends.checkEachEndedOnce();
      job.restart();
      job.complete();
      job.restart();
    }
  }
}
