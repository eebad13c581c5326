// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotReader;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All state of one subtask: keyed, operator, and restored but not declared. Owned by the subtask's
 * thread.
 */
public final class SubtaskStates implements AutoCloseable {
  private final SubtaskPosition position;
  private final StateRegistry registry;
  private final InstantSource clock;
  private final HeapOperatorStateBackend operatorState;

  /** Set once by the owner, read by the threads that write snapshots. */
  private volatile @Nullable TableKeyedStateBackend<?> keyed;

  private volatile Optional<NativeSnapshots> nativeSnapshots = Optional.empty();

  private boolean closed;

  /**
   * Begins with what was restored.
   *
   * @param position which part of the operator the subtask is
   * @param restored the snapshots of the operator; owned from now on
   * @param dropped the names of restored states that are dropped
   * @param clock tells the time of day, for state with a time to live
   */
  public SubtaskStates(
      SubtaskPosition position,
      RestoredSnapshots restored,
      Set<String> dropped,
      InstantSource clock) {
    this.position = position;
    this.clock = clock;
    this.registry = new StateRegistry(position, restored, dropped);
    this.operatorState = new HeapOperatorStateBackend(position, registry);
  }

  /**
   * Opens the keyed state.
   *
   * @param backend the engine
   * @param keySerializer the serializer of the keys
   * @param <K> the type of the keys
   * @return the keyed state, closed with this
   * @throws IllegalArgumentException if the type is no key type
   * @throws IllegalStateException if it was opened before
   * @throws IncompatibleStateException if restored keys are of another type, or restored snapshots
   *     in another engine's own format
   */
  public <K> KeyedStateBackend<K> keyed(StateBackend backend, TypeSerializer<K> keySerializer) {
    checkOpen();
    if (keyed != null) {
      throw new IllegalStateException(
          "the keyed state of operator '%s', subtask %d, is open already"
              .formatted(position.operatorId(), position.subtask()));
    }
    Serializers.checkKey(keySerializer, "key of operator '" + position.operatorId() + "'");
    for (SnapshotReader part : registry.snapshots().parts()) {
      FieldMeta stored = part.header().key();
      if (!stored.equals(FieldMeta.VOID)) {
        StateComparison.ofKeys(position.operatorId(), keySerializer, stored).check();
      }
    }
    StoreSpec<K> spec =
        new StoreSpec<>(
            position.operatorId(),
            position.subtask(),
            position.keyGroups(),
            position.maxParallelism(),
            keySerializer.duplicate());
    KeyedStore<K> store = backend.open(spec);
    try {
      nativeSnapshots = store.nativeSnapshots();
      restoreNative(backend, store);
    } catch (RuntimeException e) {
      Closing.allAfter(e, List.of(store::close));
      throw e;
    }
    TableKeyedStateBackend<K> opened = new TableKeyedStateBackend<>(spec, store, registry, clock);
    keyed = opened;
    return opened;
  }

  private void restoreNative(StateBackend backend, KeyedStore<?> store) {
    List<NativePart> parts =
        registry.snapshots().nativeParts().stream()
            .filter(part -> part.snapshot().keyGroups().intersects(position.keyGroups()))
            .toList();
    if (parts.isEmpty()) {
      return;
    }
    Optional<NativeSnapshots> engine = store.nativeSnapshots();
    for (NativePart part : parts) {
      if (engine.isEmpty() || !engine.get().format().equals(part.format())) {
        throw new IncompatibleStateException(
            ("the checkpoint holds operator '%s' in the engine's own format '%s', which engine '%s'"
                 + " cannot read; take a savepoint with the engine that wrote it and restore that")
                .formatted(position.operatorId(), part.format(), backend.name()));
      }
    }
    checkForms();
    NativeSnapshots restoring = engine.orElseThrow();
    Set<String> tables = restoring.restore(parts.stream().map(NativePart::snapshot).toList());
    registry.droppedKeyed().stream().filter(tables::contains).forEach(store::drop);
    registry.restoredInEngine(tables);
  }

  /** Checks that the engine, which knows no forms, need not mix two of them in one table. */
  private void checkForms() {
    for (List<RestoredState> states : registry.undeclared().values()) {
      List<RestoredState> parts =
          states.stream().filter(state -> registry.snapshots().isNative(state.snapshot())).toList();
      if (!parts.isEmpty() && parts.get(0).meta().kind().isKeyed()) {
        RestoredState.checkSameForm(
            parts,
            "restore with the parallelism that the checkpoint was written with and declare the"
                + " state in every subtask, or take a savepoint there and restore that");
      }
    }
  }

  /**
   * Returns the operator state.
   *
   * @return the operator state, closed with this
   */
  public OperatorStateBackend operatorState() {
    checkOpen();
    return operatorState;
  }

  /**
   * Returns the names of the restored states that are not declared, because of which the restored
   * checkpoint is still needed. May be asked by any thread.
   *
   * @return the names, in their order
   */
  public List<String> undeclaredNames() {
    return registry.undeclaredNames();
  }

  /** Lets another thread become the owner of the keyed state. */
  public void handOver() {
    TableKeyedStateBackend<?> opened = keyed;
    if (opened != null) {
      opened.handOver();
    }
  }

  /**
   * Checks that the calling thread owns the keyed state, if a thread does yet.
   *
   * @throws IllegalStateException if another thread does
   */
  public void checkCalledByOwner() {
    TableKeyedStateBackend<?> opened = keyed;
    if (opened != null) {
      opened.checkCalledByOwner();
    }
  }

  /**
   * Takes an image of everything: the synchronous part of a snapshot.
   *
   * @return the image; the caller closes it
   * @throws StateClosedException if the subtask is closed
   */
  public FrozenSubtask freeze() {
    checkOpen();
    return FrozenSubtask.of(position, registry, keyed, operatorState.states());
  }

  /**
   * Returns the own snapshots of the engine of the keyed state. May be asked by any thread.
   *
   * @return the snapshots, or nothing if there is no keyed state or the engine has none
   */
  public Optional<NativeSnapshots> nativeSnapshots() {
    return nativeSnapshots;
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException(
          "subtask %d of operator '%s' is closed"
              .formatted(position.subtask(), position.operatorId()));
    }
  }

  /** Closes all state. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List<Runnable> closes = new ArrayList<>(List.of(operatorState::close, registry::close));
      TableKeyedStateBackend<?> opened = keyed;
      if (opened != null) {
        closes.add(opened::close);
      }
      Closing.all(closes);
    }
  }
}
