// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** The minimal backend keeps every contract. */
final class SortedMapStateBackendTest {

  // tag::contract
  @Nested
  final class Values extends ValueStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  // end::contract

  @Nested
  final class Lists extends ListStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Maps extends MapStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Reducing extends ReducingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Aggregating extends AggregatingStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class OfTimers extends TimersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class OfWindows extends WindowsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Namespaces extends NamespaceContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Keys extends KeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Tables extends TableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Expiring extends TtlContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class ExpiringModelled extends TtlModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class OperatorStates extends OperatorStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Snapshots extends SnapshotIsolationContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Exploding extends ExplodingSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class ValueClasses extends ValuesContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Confined extends ConfinedSerializersContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Closing extends CloseContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Nulls extends NullsContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Restoring extends RestoreContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Undeclared extends UndeclaredStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Rescaling extends RescaleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Evolving extends EvolutionContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class EvolvingTable extends EvolutionTableContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class AwkwardKeys extends AwkwardKeysContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class BigState extends BigStateContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class Modelled extends ModelContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return new SortedMapStateBackend();
    }
  }

  @Nested
  final class ModelledStore extends StoreModelContract<SortedMapStateBackend> {
    @Override
    protected SortedMapStateBackend open(Path directory, long seed) {
      return new SortedMapStateBackend();
    }

    @Override
    protected String settings(long seed) {
      return "none";
    }

    @Override
    protected boolean countsEntries() {
      return false;
    }
  }
}
