// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.StateKind;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.EventTime;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.timers.TimerCursor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An unchanging image of all state of one subtask, to be written by another thread.
 *
 * <p>It is made of the operator states, an image of the store, and the restored states that nobody
 * has declared, whose blocks are copied from the snapshots they were restored from.
 */
public final class FrozenSubtask implements AutoCloseable {

  private record OperatorImage(StateMeta meta, Supplier<EntryCursor> pages) {}

  private final SubtaskPosition position;
  private final FieldMeta key;
  private final List<OperatorImage> operatorImages;
  private final List<StateMeta> keyedStates;

  /** What has expired of the keyed states that have a time to live, by name. */
  private final Map<String, Lifetime.ExpiryPoint> expiry;

  private final @Nullable EventTime eventTime;
  private final List<CarriedState> carried;
  private final @Nullable FrozenStore store;
  private final RestoredSnapshots restored;
  private boolean closed;

  private FrozenSubtask(
      SubtaskPosition position,
      FieldMeta key,
      List<OperatorImage> operatorImages,
      List<StateMeta> keyedStates,
      Map<String, Lifetime.ExpiryPoint> expiry,
      @Nullable EventTime eventTime,
      List<CarriedState> carried,
      @Nullable FrozenStore store,
      RestoredSnapshots restored) {
    this.expiry = expiry;
    this.eventTime = eventTime;
    this.position = position;
    this.key = key;
    this.operatorImages = operatorImages;
    this.keyedStates = keyedStates;
    this.carried = carried;
    this.store = store;
    this.restored = restored;
    if (!carried.isEmpty()) {
      restored.hold();
    }
  }

  static FrozenSubtask of(
      SubtaskPosition position,
      StateRegistry registry,
      @Nullable TableKeyedStateBackend<?> keyed,
      Collection<HeapOperatorState> operatorStates) {
    List<OperatorImage> operatorImages = new ArrayList<>();
    for (HeapOperatorState state : operatorStates) {
      operatorImages.add(new OperatorImage(state.meta(), state.freeze()));
    }
    List<CarriedState> carried = new ArrayList<>();
    for (List<RestoredState> parts : registry.undeclared().values()) {
      if (keyed == null) {
        checkNotInEngine(position, registry, parts);
      }
      boolean isInStore = registry.isInEngine(parts.get(0).meta().name());
      CarriedState state = CarriedState.of(parts, isInStore, position);
      if (isInStore || !state.parts().isEmpty()) {
        carried.add(state);
      }
    }
    return new FrozenSubtask(
        position,
        keyed == null ? restoredKey(registry) : keyed.keyMeta(),
        operatorImages,
        keyed == null ? List.of() : keyed.declaredStates(),
        keyed == null ? Map.of() : keyed.expiryPoints(),
        keyed == null ? registry.eventTime() : keyed.eventTime(),
        carried,
        keyed == null ? null : keyed.freeze(),
        registry.snapshots());
  }

  private static void checkNotInEngine(
      SubtaskPosition position, StateRegistry registry, List<RestoredState> parts) {
    if (parts.stream()
        .filter(part -> part.meta().kind().isKeyed())
        .anyMatch(part -> registry.snapshots().isNative(part.snapshot()))) {
      throw new IllegalStateException(
          "operator '%s' was restored from an engine's own snapshots: open its keyed state before the first checkpoint, or state '%s' would be lost"
              .formatted(position.operatorId(), parts.get(0).meta().name()));
    }
  }

  private static FieldMeta restoredKey(StateRegistry registry) {
    return registry.snapshots().parts().stream()
        .map(part -> part.header().key())
        .filter(key -> !key.equals(FieldMeta.VOID))
        .findFirst()
        .orElse(FieldMeta.VOID);
  }

  /**
   * Returns the image of the store.
   *
   * @return the image, or nothing if the subtask has no keyed state
   */
  public Optional<FrozenStore> store() {
    return Optional.ofNullable(store);
  }

  /**
   * Writes the image in the portable format. Takes time in proportion to the state and bounded
   * memory.
   *
   * @param out the file to write, committed at the end
   * @param checkpointId the checkpoint that it is for
   * @param compression how blocks are compressed
   * @param withKeyedEntries whether the entries of keyed state are written, or only what the states
   *     are, because the engine writes the entries in its own format
   * @return the length and checksum of the file
   */
  public SnapshotFile write(
      StorageOutput out, long checkpointId, Compression compression, boolean withKeyedEntries) {
    List<StateMeta> states = new ArrayList<>();
    operatorImages.forEach(image -> states.add(image.meta()));
    states.addAll(keyedStates);
    carried.forEach(state -> states.add(state.meta()));
    SnapshotHeader header =
        new SnapshotHeader(
            checkpointId,
            position.operatorId(),
            position.subtask(),
            position.parallelism(),
            position.maxParallelism(),
            position.keyGroups(),
            key,
            compression,
            states,
            eventTime);
    try (SnapshotWriter writer = SnapshotWriter.open(out, header)) {
      writeOperatorStates(writer);
      int last = position.keyGroups().last();
      for (int keyGroup = position.keyGroups().first(); keyGroup <= last; keyGroup++) {
        writeKeyedStates(writer, keyGroup, withKeyedEntries);
      }
      return writer.finish();
    }
  }

  private void writeOperatorStates(SnapshotWriter writer) {
    for (int i = 0; i < operatorImages.size(); i++) {
      try (EntryCursor pages = operatorImages.get(i).pages().get()) {
        writer.write(i, SnapshotWriter.OPERATOR_STATE, pages);
      }
    }
    for (int i = 0; i < carried.size(); i++) {
      if (!carried.get(i).isKeyed()) {
        carried.get(i).copyOperatorState(writer, indexOfCarried(i));
      }
    }
  }

  private void writeKeyedStates(SnapshotWriter writer, int keyGroup, boolean withKeyedEntries) {
    if (withKeyedEntries) {
      for (int i = 0; i < keyedStates.size(); i++) {
        writeEntries(writer, operatorImages.size() + i, keyedStates.get(i), keyGroup);
      }
    }
    for (int i = 0; i < carried.size(); i++) {
      CarriedState state = carried.get(i);
      if (state.isKeyed()) {
        if (withKeyedEntries && state.isInStore()) {
          writeEntries(writer, indexOfCarried(i), state.meta(), keyGroup);
        }
        state.copyKeyGroup(writer, indexOfCarried(i), keyGroup);
      }
    }
  }

  private void writeEntries(SnapshotWriter writer, int stateIndex, StateMeta state, int keyGroup) {
    if (store != null) {
      EntryCursor stored = store.entries(state.name(), keyGroup);
      try (EntryCursor entries =
          state.kind() == StateKind.TIMERS
              ? new TimerCursor(stored, key)
              : LiveEntries.of(stored, state, expiry.get(state.name()))) {
        writer.write(stateIndex, keyGroup, entries);
      }
    }
  }

  private int indexOfCarried(int i) {
    return operatorImages.size() + keyedStates.size() + i;
  }

  /** Releases the image. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List<Runnable> closes = new ArrayList<>();
      if (!carried.isEmpty()) {
        closes.add(restored::release);
      }
      if (store != null) {
        closes.add(store::close);
      }
      Closing.all(closes);
    }
  }
}
