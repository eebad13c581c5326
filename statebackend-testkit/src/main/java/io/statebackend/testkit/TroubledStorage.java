// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A storage whose calls can throw anything or hang, before or after they have done what they are
 * for. Thread-safe.
 */
final class TroubledStorage implements CheckpointStorage {

  /** What is called. */
  enum Call {
    CREATE,
    WRITE,
    COMMIT,
    IMPORT,
    PUBLISH,
    LIST,
    OPEN,
    READ,
    DELETE
  }

  /** Whether the call has done what it is for. */
  enum Moment {
    BEFORE,
    AFTER
  }

  /** What happens to calls: it throws, waits, or does nothing. */
  @FunctionalInterface
  interface Trouble {
    Trouble NONE = (call, moment) -> {};

    void meet(Call call, Moment moment);

    /** Met by a write into a file that is open until the latch is down. */
    default void meetWrite(CountDownLatch closed) {}

    /** Returns the trouble that both make. */
    default Trouble and(Trouble other) {
      return (call, moment) -> {
        meet(call, moment);
        other.meet(call, moment);
      };
    }
  }

  /** Throws once, at the first call of a kind. */
  static final class ThrowOnce implements Trouble {
    private final Call expectedCall;
    private final Moment expectedMoment;
    private final Supplier<Throwable> thrown;
    private final AtomicBoolean isHit = new AtomicBoolean();
    private final CountDownLatch hit = new CountDownLatch(1);

    ThrowOnce(Call call, Moment moment, Supplier<Throwable> thrown) {
      expectedCall = call;
      expectedMoment = moment;
      this.thrown = thrown;
    }

    @Override
    public void meet(Call call, Moment moment) {
      if (call == expectedCall && moment == expectedMoment && isHit.compareAndSet(false, true)) {
        hit.countDown();
        throwIt(thrown.get());
      }
    }

    boolean isHit() {
      return isHit.get();
    }

    /** Waits until it has thrown. */
    void awaitHit() throws InterruptedException {
      hit.await();
    }
  }

  /** Lets all calls of a kind wait until it is ended. */
  static final class Hang implements Trouble {
    private final Call hangingCall;
    private final CountDownLatch hit = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    Hang(Call call) {
      hangingCall = call;
    }

    @Override
    public void meet(Call call, Moment moment) {
      if (call == hangingCall && moment == Moment.BEFORE) {
        hit.countDown();
        awaitEnd();
      }
    }

    /** Waits whatever interrupts there are, as a disk that hangs does. */
    private void awaitEnd() {
      boolean isInterrupted = false;
      while (true) {
        try {
          end.await();
          break;
        } catch (InterruptedException e) {
          isInterrupted = true;
        }
      }
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }

    /** Waits until a call hangs. */
    void awaitHung() throws InterruptedException {
      hit.await();
    }

    /** Lets all go on that hang, and hangs no more. */
    void end() {
      end.countDown();
    }
  }

  /** Lets all writes wait until somebody closes their file, as a file system does that is asked. */
  static final class HangUntilClosed implements Trouble {
    private final CountDownLatch hit = new CountDownLatch(1);

    @Override
    public void meet(Call call, Moment moment) {}

    @Override
    public void meetWrite(CountDownLatch closed) {
      hit.countDown();
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      throw new StateClosedException("the file was closed");
    }

    /** Waits until a write hangs. */
    void awaitHung() throws InterruptedException {
      hit.await();
    }
  }

  private final CheckpointStorage storage;
  private volatile Trouble trouble = Trouble.NONE;

  TroubledStorage(CheckpointStorage storage) {
    this.storage = storage;
  }

  void setTrouble(Trouble trouble) {
    this.trouble = trouble;
  }

  /** Throws anything, declared or not, as storages in languages without checks may do. */
  static void throwIt(Throwable thrown) {
    TroubledStorage.<RuntimeException>throwAs(thrown);
  }

  @SuppressWarnings("unchecked") // The compiler need not know.
  private static <E extends Throwable> void throwAs(Throwable thrown) throws E {
    throw (E) thrown;
  }

  private void call(Call call, Runnable work) {
    Supplier<Boolean> returning =
        () -> {
          work.run();
          return true;
        };
    boolean unused = call(call, returning);
  }

  private <T> T call(Call call, Supplier<T> work) {
    trouble.meet(call, Moment.BEFORE);
    T result = work.get();
    trouble.meet(call, Moment.AFTER);
    return result;
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public Object place() {
    return storage.place();
  }

  @Override
  public StorageOutput create(String file) {
    trouble.meet(Call.CREATE, Moment.BEFORE);
    StorageOutput output = storage.create(file);
    try {
      trouble.meet(Call.CREATE, Moment.AFTER);
    } catch (Throwable e) {
      output.close(); // Nobody else can.
      throw e;
    }
    CountDownLatch closed = new CountDownLatch(1);
    return new StorageOutput() {
      @Override
      public void write(byte[] bytes, int offset, int length) {
        trouble.meetWrite(closed);
        call(Call.WRITE, () -> output.write(bytes, offset, length));
      }

      @Override
      public void commit() {
        call(Call.COMMIT, output::commit);
      }

      @Override
      public void close() {
        closed.countDown();
        output.close();
      }
    };
  }

  @Override
  public void publish(String file, byte[] content) {
    call(Call.PUBLISH, () -> storage.publish(file, content));
  }

  @Override
  public StorageInput open(String file) {
    StorageInput input = requireNonNull(call(Call.OPEN, () -> storage.open(file)));
    return new StorageInput() {
      @Override
      public long length() {
        return input.length();
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) {
        call(Call.READ, () -> input.read(position, target, offset, length));
      }

      @Override
      public void close() {
        input.close();
      }
    };
  }

  @Override
  public void importFile(String file, Path source) {
    call(Call.IMPORT, () -> storage.importFile(file, source));
  }

  @Override
  public void exportFile(String file, Path target) {
    storage.exportFile(file, target);
  }

  @Override
  public List<String> list(String directory) {
    return call(Call.LIST, () -> storage.list(directory));
  }

  @Override
  public void delete(String path) {
    call(Call.DELETE, () -> storage.delete(path));
  }

  /** Does nothing: the storage outlives the programs that use it one after the other. */
  @Override
  public void close() {}

  void closeForGood() {
    storage.close();
  }
}
