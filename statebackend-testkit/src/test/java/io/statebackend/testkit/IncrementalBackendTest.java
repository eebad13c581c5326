// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** Native snapshots, whose files several checkpoints share, keep the contracts too. */
final class IncrementalBackendTest {

  @Nested
  final class Restore extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class Undeclared extends UndeclaredStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }

    @Override
    protected int partInBuild() {
      return 41;
    }
  }

  @Nested
  final class Rescale extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class Evolve extends EvolutionContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class EvolvingTable extends EvolutionTableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class Model extends ModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }

    @Override
    protected StateBackend newOtherBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Faults extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class SlowDisk extends SlowDiskContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class Damage extends DamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class SealedDamage extends SealedDamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class Interleaving extends InterleavingContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }

  @Nested
  final class Owner extends OwnerContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new IncrementalBackend();
    }
  }
}
