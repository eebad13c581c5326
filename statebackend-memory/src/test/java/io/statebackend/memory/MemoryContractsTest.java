// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.AggregatingStateContract;
import io.statebackend.testkit.AwkwardKeysContract;
import io.statebackend.testkit.BigStateContract;
import io.statebackend.testkit.CheckpointLifecycleContract;
import io.statebackend.testkit.CloseContract;
import io.statebackend.testkit.ConfinedSerializersContract;
import io.statebackend.testkit.DamageContract;
import io.statebackend.testkit.EvolutionContract;
import io.statebackend.testkit.EvolutionTableContract;
import io.statebackend.testkit.ExplodingSerializersContract;
import io.statebackend.testkit.FaultContract;
import io.statebackend.testkit.InterleavingContract;
import io.statebackend.testkit.KeysContract;
import io.statebackend.testkit.ListStateContract;
import io.statebackend.testkit.ManyStatesContract;
import io.statebackend.testkit.MapStateContract;
import io.statebackend.testkit.ModelContract;
import io.statebackend.testkit.NamespaceContract;
import io.statebackend.testkit.NullsContract;
import io.statebackend.testkit.OperatorStateContract;
import io.statebackend.testkit.OwnerContract;
import io.statebackend.testkit.ReducingStateContract;
import io.statebackend.testkit.RescaleContract;
import io.statebackend.testkit.RestoreContract;
import io.statebackend.testkit.SealedDamageContract;
import io.statebackend.testkit.SlowDiskContract;
import io.statebackend.testkit.SnapshotIsolationContract;
import io.statebackend.testkit.TableContract;
import io.statebackend.testkit.TimersContract;
import io.statebackend.testkit.TtlContract;
import io.statebackend.testkit.TtlModelContract;
import io.statebackend.testkit.UndeclaredStateContract;
import io.statebackend.testkit.ValueStateContract;
import io.statebackend.testkit.ValuesContract;
import io.statebackend.testkit.WindowsContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** The memory backend keeps every contract. */
final class MemoryContractsTest {

  @Nested
  final class Values extends ValueStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Lists extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Maps extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Reducing extends ReducingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Aggregating extends AggregatingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class OfTimers extends TimersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class OfWindows extends WindowsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Namespaces extends NamespaceContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Keys extends KeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Tables extends TableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Expiring extends TtlContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class ExpiringModelled extends TtlModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class OperatorStates extends OperatorStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Snapshots extends SnapshotIsolationContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Exploding extends ExplodingSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class ValueClasses extends ValuesContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Confined extends ConfinedSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Closing extends CloseContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Nulls extends NullsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Restoring extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Undeclared extends UndeclaredStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected int partInBuild() {
      return 7;
    }
  }

  @Nested
  final class ManyStates extends ManyStatesContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Rescaling extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Evolving extends EvolutionContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class EvolvingTable extends EvolutionTableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class AwkwardKeys extends AwkwardKeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class BigState extends BigStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Modelled extends ModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Faults extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class SlowDisk extends SlowDiskContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Damage extends DamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class SealedDamage extends SealedDamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Interleaving extends InterleavingContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Owner extends OwnerContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }
  }

  @Nested
  final class Lifecycle extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected int casesInBuild() {
      return 20;
    }
  }
}
