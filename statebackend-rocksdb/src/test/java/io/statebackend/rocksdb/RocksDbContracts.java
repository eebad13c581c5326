// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.AggregatingStateContract;
import io.statebackend.testkit.AwkwardKeysContract;
import io.statebackend.testkit.BigStateContract;
import io.statebackend.testkit.CloseContract;
import io.statebackend.testkit.ConfinedSerializersContract;
import io.statebackend.testkit.EvolutionContract;
import io.statebackend.testkit.ExplodingSerializersContract;
import io.statebackend.testkit.InterleavingContract;
import io.statebackend.testkit.KeysContract;
import io.statebackend.testkit.ListStateContract;
import io.statebackend.testkit.ManyStatesContract;
import io.statebackend.testkit.MapStateContract;
import io.statebackend.testkit.NamespaceContract;
import io.statebackend.testkit.NullsContract;
import io.statebackend.testkit.OperatorStateContract;
import io.statebackend.testkit.OwnerContract;
import io.statebackend.testkit.ReducingStateContract;
import io.statebackend.testkit.RescaleContract;
import io.statebackend.testkit.RestoreContract;
import io.statebackend.testkit.SnapshotIsolationContract;
import io.statebackend.testkit.TableContract;
import io.statebackend.testkit.TimersContract;
import io.statebackend.testkit.TtlContract;
import io.statebackend.testkit.TtlModelContract;
import io.statebackend.testkit.UndeclaredStateContract;
import io.statebackend.testkit.ValueStateContract;
import io.statebackend.testkit.WindowsContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** Every contract of the testkit, for a backend whose cache has a size. */
abstract class RocksDbContracts {
  private final long cacheBytes;
  private final int familiesMax;

  RocksDbContracts(long cacheBytes) {
    this(cacheBytes, Settings.FAMILIES_PER_STORE_MAX);
  }

  RocksDbContracts(long cacheBytes, int familiesMax) {
    this.cacheBytes = cacheBytes;
    this.familiesMax = familiesMax;
  }

  private StateBackend open(Path directory) {
    return TestBackends.openSharing(directory, cacheBytes, familiesMax);
  }

  @Nested
  final class Values extends ValueStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Lists extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Maps extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Reducing extends ReducingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Aggregating extends AggregatingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class OfTimers extends TimersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }

    @Override
    protected int parallelismMax() {
      return 2;
    }
  }

  @Nested
  final class OfWindows extends WindowsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }

    @Override
    protected int parallelismMax() {
      return 2;
    }
  }

  @Nested
  final class Namespaces extends NamespaceContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Keys extends KeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Tables extends TableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Expiring extends TtlContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class ExpiringModelled extends TtlModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class OperatorStates extends OperatorStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Snapshots extends SnapshotIsolationContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Exploding extends ExplodingSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Confined extends ConfinedSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Closing extends CloseContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Nulls extends NullsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Restoring extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Undeclared extends UndeclaredStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }

    @Override
    protected int partInBuild() {
      return 29;
    }
  }

  @Nested
  final class Rescaling extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }

    @Override
    protected int parallelismInBuild() {
      return 4;
    }
  }

  @Nested
  final class ManyStates extends ManyStatesContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Evolving extends EvolutionContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class AwkwardKeys extends AwkwardKeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class BigState extends BigStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  /** Opens thousands of stores, each with files of its own to sync. */
  @Nested
  @Tag("slow")
  final class Interleavings extends InterleavingContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }

  @Nested
  final class Owners extends OwnerContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return open(directory);
    }
  }
}
