// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.StateKind;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

  /** A restored state that nobody has declared, and where it was restored from. */
  private record Undeclared(StateMeta meta, List<RestoredPart> parts) {
    static Undeclared of(StateMeta meta, RestoredSnapshots restored) {
      List<RestoredPart> parts = new ArrayList<>();
      for (SnapshotReader reader : restored.parts()) {
        int stateIndex = reader.header().states().indexOf(meta);
        if (stateIndex >= 0) {
          parts.add(new RestoredPart(reader, stateIndex));
        }
      }
      return new Undeclared(meta, parts);
    }
  }

  /** One state in a restored snapshot. */
  private record RestoredPart(SnapshotReader reader, int stateIndex) {}

  private final SubtaskPosition position;
  private final FieldMeta key;
  private final List<OperatorImage> operatorImages;
  private final List<StateMeta> keyedStates;
  private final List<Undeclared> undeclared;
  private final @Nullable FrozenStore store;
  private final RestoredSnapshots restored;
  private boolean closed;

  private FrozenSubtask(
      SubtaskPosition position,
      FieldMeta key,
      List<OperatorImage> operatorImages,
      List<StateMeta> keyedStates,
      List<StateMeta> undeclared,
      @Nullable FrozenStore store,
      RestoredSnapshots restored) {
    this.position = position;
    this.key = key;
    this.operatorImages = operatorImages;
    this.keyedStates = keyedStates;
    this.undeclared = undeclared.stream().map(meta -> Undeclared.of(meta, restored)).toList();
    this.store = store;
    this.restored = restored;
    if (!undeclared.isEmpty()) {
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
    List<StateMeta> keyedStates =
        new ArrayList<>(keyed == null ? List.of() : keyed.declaredStates());
    List<StateMeta> undeclared = new ArrayList<>(registry.undeclared());
    if (keyed != null && registry.snapshots().isNative()) {
      // The engine has restored all its tables, whether declared or not.
      undeclared.stream().filter(meta -> meta.kind().isKeyed()).forEach(keyedStates::add);
      undeclared.removeIf(meta -> meta.kind().isKeyed());
    }
    if (keyed == null && registry.snapshots().isNative()) {
      throw new IllegalStateException(
          "operator '%s' was restored from an engine's own snapshots: open its keyed state before the first checkpoint, or it would be lost"
              .formatted(position.operatorId()));
    }
    FieldMeta key = keyed == null ? restoredKey(registry) : keyed.keyMeta();
    return new FrozenSubtask(
        position,
        key,
        operatorImages,
        keyedStates,
        undeclared,
        keyed == null ? null : keyed.freeze(),
        registry.snapshots());
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
    undeclared.forEach(state -> states.add(state.meta()));
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
            states);
    try (SnapshotWriter writer = SnapshotWriter.open(out, header)) {
      writeOperatorStates(writer);
      int last = position.keyGroups().last();
      for (int keyGroup = position.keyGroups().first(); keyGroup <= last; keyGroup++) {
        if (withKeyedEntries) {
          writeKeyedStates(writer, keyGroup);
        }
        copyUndeclaredKeyedStates(writer, keyGroup);
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
    for (int i = 0; i < undeclared.size(); i++) {
      StateKind kind = undeclared.get(i).meta().kind();
      if (!kind.isKeyed()) {
        for (RestoredPart part : undeclared.get(i).parts()) {
          SnapshotHeader header = part.reader().header();
          boolean carried =
              switch (kind) {
                case BROADCAST_MAP -> position.broadcastsFrom(header);
                default -> position.carriesListsOf(header);
              };
          if (carried) {
            copyUndeclared(writer, i, SnapshotWriter.OPERATOR_STATE, part);
          }
        }
      }
    }
  }

  private void writeKeyedStates(SnapshotWriter writer, int keyGroup) {
    if (store != null) {
      for (int i = 0; i < keyedStates.size(); i++) {
        try (EntryCursor entries = store.entries(keyedStates.get(i).name(), keyGroup)) {
          writer.write(operatorImages.size() + i, keyGroup, entries);
        }
      }
    }
  }

  private void copyUndeclaredKeyedStates(SnapshotWriter writer, int keyGroup) {
    for (int i = 0; i < undeclared.size(); i++) {
      if (undeclared.get(i).meta().kind().isKeyed()) {
        for (RestoredPart part : undeclared.get(i).parts()) {
          if (part.reader().header().keyGroups().contains(keyGroup)) {
            copyUndeclared(writer, i, keyGroup, part);
          }
        }
      }
    }
  }

  private void copyUndeclared(SnapshotWriter writer, int i, int keyGroup, RestoredPart part) {
    int index = operatorImages.size() + keyedStates.size() + i;
    writer.copy(index, keyGroup, part.reader(), part.stateIndex());
  }

  /** Releases the image. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      List<Runnable> closes = new ArrayList<>();
      if (!undeclared.isEmpty()) {
        closes.add(restored::release);
      }
      if (store != null) {
        closes.add(store::close);
      }
      Closing.all(closes);
    }
  }
}
