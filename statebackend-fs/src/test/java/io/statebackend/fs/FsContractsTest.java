// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.AggregatingStateContract;
import io.statebackend.testkit.AwkwardKeysContract;
import io.statebackend.testkit.BigStateContract;
import io.statebackend.testkit.BudgetContract;
import io.statebackend.testkit.CloseContract;
import io.statebackend.testkit.ConfinedSerializersContract;
import io.statebackend.testkit.EvolutionContract;
import io.statebackend.testkit.EvolutionTableContract;
import io.statebackend.testkit.ExplodingSerializersContract;
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
import io.statebackend.testkit.RescaleReadsContract;
import io.statebackend.testkit.RestoreContract;
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

/** The fs backend keeps every contract. */
final class FsContractsTest {

  @Nested
  final class Values extends ValueStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Budget extends BudgetContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).memoryBudgetBytes(4 << 20).open();
    }

    @Override
    protected int entryCount() {
      return 75_000;
    }
  }

  @Nested
  final class Lists extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Maps extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Reducing extends ReducingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Aggregating extends AggregatingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class OfTimers extends TimersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class OfWindows extends WindowsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Namespaces extends NamespaceContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Keys extends KeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Tables extends TableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Expiring extends TtlContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class ExpiringModelled extends TtlModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class OperatorStates extends OperatorStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Snapshots extends SnapshotIsolationContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Exploding extends ExplodingSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class ValueClasses extends ValuesContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Confined extends ConfinedSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Closing extends CloseContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Nulls extends NullsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Restoring extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Undeclared extends UndeclaredStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }

    @Override
    protected int partInBuild() {
      return 13;
    }
  }

  @Nested
  final class ManyStates extends ManyStatesContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Rescaling extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class RescalingReads extends RescaleReadsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Evolving extends EvolutionContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class EvolvingTable extends EvolutionTableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class AwkwardKeys extends AwkwardKeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class BigState extends BigStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Modelled extends ModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Interleaving extends InterleavingContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Nested
  final class Owner extends OwnerContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }
}
