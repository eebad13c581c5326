// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.CheckpointLifecycleContract;
import io.statebackend.testkit.DamageContract;
import io.statebackend.testkit.FaultContract;
import io.statebackend.testkit.SealedDamageContract;
import io.statebackend.testkit.SlowDiskContract;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checkpoints survive whatever happens to the disk that they are on. Native code does not write to
 * a file system in memory, so the working files are elsewhere. A program opens dozens of databases,
 * so that few points are tried in every build, and not all in the soak profile.
 */
final class RocksDbFaultTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  @TempDir Path directory;

  private StateBackend open() {
    Path own = directory.resolve("backend-" + NUMBER.incrementAndGet());
    return TestBackends.open(own, 1 << 20);
  }

  /** Where only one is open at a time: a directory each for hundreds of thousands takes long. */
  private StateBackend openAgain() {
    return TestBackends.open(directory.resolve("backend"), 1 << 20);
  }

  /** Takes seconds for each point. */
  @Nested
  @Tag("slow")
  final class Checkpoints extends FaultContract {
    @Override
    protected StateBackend newBackend(Path unused) {
      return open();
    }

    @Override
    protected int pointsInBuild() {
      return 2;
    }

    @Override
    protected int pointsInSoak() {
      return 60;
    }
  }

  @Nested
  final class SlowDisk extends SlowDiskContract {
    @Override
    protected StateBackend newBackend(Path unused) {
      return open();
    }

    @Override
    protected int pointsInBuild() {
      return 4;
    }
  }

  @Nested
  final class Lifecycle extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path unused) {
      return open();
    }

    @Override
    protected int casesInBuild() {
      return 8;
    }
  }

  @Nested
  @Tag("slow")
  final class LifecycleInAllCases extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path unused) {
      return open();
    }
  }

  @Nested
  final class Damage extends DamageContract {
    @Override
    protected StateBackend newBackend(Path unused) {
      return openAgain();
    }

    @Override
    protected int casesInBuild() {
      return 30;
    }
  }

  @Nested
  final class SealedDamage extends SealedDamageContract {
    @Override
    protected StateBackend newBackend(Path unused) {
      return openAgain();
    }

    @Override
    protected int casesInBuild() {
      return 30;
    }

    @Override
    protected int casesInSoak() {
      return 5_000;
    }
  }
}
