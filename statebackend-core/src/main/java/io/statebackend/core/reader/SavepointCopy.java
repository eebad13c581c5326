// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateKind;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.Once;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.catalog.FileNames;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.EventTime;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.SubtaskPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes a new savepoint of a checkpoint: the same state in portable form, less what is dropped,
 * with keys that are changed, in other blocks, or in other key groups. The checkpoint itself is
 * only read.
 *
 * <pre>{@code
 * new SavepointCopy(reader)
 *     .dropState("orders", "seen")
 *     .maxParallelism("orders", 1024)
 *     .write(target, "upgrade");
 * }</pre>
 *
 * <p>It has the number and the time of the checkpoint, so that times to live go on as they were.
 * Memory is bounded, but that another maximal parallelism needs room for the state of an operator
 * on the local disk. Not thread-safe.
 */
public final class SavepointCopy {
  private final CheckpointReader reader;
  private final Set<String> droppedOperators = new HashSet<>();
  private final Map<String, Set<String>> droppedStates = new HashMap<>();
  private final Map<String, Integer> maxParallelisms = new HashMap<>();
  private final List<KeyEdit> edits = new ArrayList<>();
  private @Nullable Compression compression;

  /**
   * Begins a copy of all there is.
   *
   * @param reader the checkpoint, which stays open until it is written
   */
  public SavepointCopy(CheckpointReader reader) {
    this.reader = requireNonNull(reader, "reader");
  }

  /**
   * Says how blocks are compressed. Default: not at all.
   *
   * @param codec the codec, whose library must be there
   * @return this
   * @throws IllegalStateException if it was said before
   */
  public SavepointCopy compression(Compression codec) {
    codec.requireAvailable();
    compression = Once.set("compression", compression, codec);
    return this;
  }

  /**
   * Leaves an operator out.
   *
   * @param operatorId its id
   * @return this
   * @throws IllegalArgumentException if the checkpoint has none of that id
   */
  public SavepointCopy dropOperator(String operatorId) {
    droppedOperators.add(operator(operatorId).id());
    return this;
  }

  /**
   * Leaves a state out.
   *
   * @param operatorId the id of its operator
   * @param name its name
   * @return this
   * @throws IllegalArgumentException if the checkpoint has no such state
   */
  public SavepointCopy dropState(String operatorId, String name) {
    StoredState state = state(operatorId, name);
    droppedStates.computeIfAbsent(operatorId, id -> new HashSet<>()).add(state.name());
    return this;
  }

  /**
   * Gives an operator another number of key groups, which no program can do by itself: the key
   * group of every key is found anew. The number of subtasks stays, so it must not be greater.
   *
   * @param operatorId its id
   * @param maxParallelism the number of key groups, from its parallelism to {@link
   *     KeyGroupRange#MAX_PARALLELISM_LIMIT}
   * @return this
   * @throws IllegalArgumentException if the checkpoint has no such operator, or the number is out
   *     of its range
   * @throws IncompatibleStateException if the type of the keys is not known here
   */
  public SavepointCopy maxParallelism(String operatorId, int maxParallelism) {
    StoredOperator operator = operator(operatorId);
    if (maxParallelism < operator.parallelism()
        || maxParallelism > KeyGroupRange.MAX_PARALLELISM_LIMIT) {
      throw new IllegalArgumentException(
          "maxParallelism must be %d to %d, as operator '%s' has %d subtasks: maxParallelism=%d"
              .formatted(
                  operator.parallelism(),
                  KeyGroupRange.MAX_PARALLELISM_LIMIT,
                  operatorId,
                  operator.parallelism(),
                  maxParallelism));
    }
    if (!operator.key().equals(FieldMeta.VOID)) {
      TypeSerializer<Object> unused = keys(operator.key(), operatorId);
    }
    maxParallelisms.put(operatorId, maxParallelism);
    return this;
  }

  /**
   * Sets the value of one key.
   *
   * @param state a state of one value per key: value, reducing or aggregating
   * @param key the key, as its schema tells
   * @param namespace the namespace, or {@code null} if the state has none
   * @param value the value, as its schema tells
   * @return this
   * @throws IllegalArgumentException if the state is of another kind, or a part of another type
   */
  public SavepointCopy set(
      StoredState state, Object key, @Nullable Object namespace, Object value) {
    boolean hasOneValue =
        state.kind() == StateKind.VALUE
            || state.kind() == StateKind.REDUCING
            || state.kind() == StateKind.AGGREGATING;
    if (!hasOneValue) {
      throw new IllegalArgumentException(
          "only a state of one value per key is set: state=%s, kind=%s"
              .formatted(state.name(), state.kind()));
    }
    boolean hasNamespaces = !state.meta().namespace().equals(FieldMeta.VOID);
    if (hasNamespaces != (namespace != null)) {
      throw new IllegalArgumentException(
          "state '%s' has %s: namespace=%s"
              .formatted(
                  state.name(),
                  hasNamespaces
                      ? "namespaces of type " + state.meta().namespace().schema()
                      : "no namespaces",
                  namespace));
    }
    BinaryOutput stored = new BinaryOutput();
    StateTtl ttl = state.ttl();
    if (ttl != null) {
      stored.writeLong(now(state.operatorId(), ttl));
    }
    write(Serializers.ofSchema(state.value()), value, stored);
    byte[] namespaceBytes = {};
    if (namespace != null) {
      BinaryOutput out = new BinaryOutput();
      write(Serializers.ofSchema(state.meta().namespace().schema()), namespace, out);
      namespaceBytes = out.toByteArray();
    }
    edits.add(edit(state, key, namespaceBytes, stored.toByteArray()));
    return this;
  }

  /** The time of the checkpoint, by the clock of a state. */
  private long now(String operatorId, StateTtl ttl) {
    if (ttl.time() != StateTtl.Time.EVENT) {
      return reader.metadata().timestampMillis();
    }
    long watermark = Long.MIN_VALUE;
    for (StoredSubtask subtask : operator(operatorId).subtasks()) {
      EventTime time = subtask.eventTime();
      watermark = time == null ? watermark : Math.max(watermark, time.watermark());
    }
    return watermark;
  }

  /**
   * Removes one key from a state, with all that it has there, in all namespaces.
   *
   * @param state a keyed state
   * @param key the key, as its schema tells
   * @return this
   * @throws IllegalArgumentException if the state is not keyed, or the key of another type
   */
  public SavepointCopy remove(StoredState state, Object key) {
    edits.add(edit(state, key, null, null));
    return this;
  }

  private static KeyEdit edit(
      StoredState state, Object key, byte @Nullable [] namespace, byte @Nullable [] value) {
    if (!state.kind().isKeyed()) {
      throw new IllegalArgumentException(
          "state '%s' is not keyed: kind=%s".formatted(state.name(), state.kind()));
    }
    TypeSerializer<Object> keys = keys(state.key(), state.operatorId());
    BinaryOutput bytes = new BinaryOutput();
    write(keys, key, bytes);
    return new KeyEdit(
        state.operatorId(),
        state.name(),
        keys.stableHash(key),
        bytes.toByteArray(),
        namespace,
        value);
  }

  private static void write(TypeSerializer<Object> serializer, Object value, BinaryOutput out) {
    try {
      serializer.serialize(value, out);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(
          "not a value of type %s: %s".formatted(serializer.schema(), value), e);
    }
  }

  static TypeSerializer<Object> keys(FieldMeta key, String operatorId) {
    try {
      return Serializers.ofSchema(key.schema());
    } catch (IllegalArgumentException e) {
      throw new IncompatibleStateException(
          "the keys of operator '%s' are of a type that is not known here: %s"
              .formatted(operatorId, key.schema()),
          e);
    }
  }

  private StoredOperator operator(String operatorId) {
    return reader
        .operator(operatorId)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no operator '%s' in %s".formatted(operatorId, reader.location())));
  }

  private StoredState state(String operatorId, String name) {
    return reader
        .state(operatorId, name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no state '%s' of operator '%s' in %s"
                        .formatted(name, operatorId, reader.location())));
  }

  /**
   * Writes the savepoint. If that fails, what was written is deleted again.
   *
   * @param target where to, opened for writing; may be the storage of the checkpoint, if no program
   *     uses it
   * @param name the name of the savepoint
   * @return its directory in the target, such as {@code savepoint-upgrade}
   * @throws IllegalArgumentException if the name is not legal, or there is a savepoint of that name
   * @throws io.statebackend.api.CorruptStateException if the checkpoint is damaged
   * @throws IncompatibleStateException if an engine is not there, or a state has two forms in an
   *     operator that gets another maximal parallelism
   * @throws io.statebackend.api.StateIoException if reading or writing fails
   */
  public String write(CheckpointStorage target, String name) {
    String directory = FileNames.directoryOfSavepoint(name);
    if (!target.list(directory).isEmpty()) {
      throw new IllegalArgumentException(
          "%s/%s is there already: choose another name".formatted(target.location(), directory));
    }
    List<String> created = new ArrayList<>();
    try {
      List<OperatorSnapshots> operators = new ArrayList<>();
      for (StoredOperator operator : reader.operators()) {
        if (!droppedOperators.contains(operator.id())) {
          operators.add(write(operator, target, directory, created));
        }
      }
      CheckpointMetadata source = reader.metadata();
      CheckpointMetadata metadata =
          new CheckpointMetadata(
              source.checkpointId(),
              source.timestampMillis(),
              name,
              operators,
              source.droppedStates());
      target.publish(directory + "/" + FileNames.METADATA, metadata.encode());
      return directory;
    } catch (Throwable e) {
      Closing.allAfter(
          e, created.stream().<Runnable>map(file -> () -> target.delete(file)).toList());
      throw e;
    }
  }

  private OperatorSnapshots write(
      StoredOperator operator, CheckpointStorage target, String directory, List<String> created) {
    int maxParallelism = maxParallelisms.getOrDefault(operator.id(), operator.maxParallelism());
    OperatorCopy copy =
        new OperatorCopy(
            reader,
            operator,
            maxParallelism,
            compression == null ? Compression.NONE : compression,
            droppedStates.getOrDefault(operator.id(), Set.of()),
            edits.stream().filter(edit -> edit.operatorId().equals(operator.id())).toList());
    List<SubtaskSnapshot> subtasks = new ArrayList<>();
    try (copy) {
      for (StoredSubtask subtask : operator.subtasks()) {
        SubtaskPosition position =
            new SubtaskPosition(
                operator.id(), subtask.index(), operator.parallelism(), maxParallelism);
        String file = FileNames.snapshotOf(position);
        created.add(directory + "/" + file);
        SnapshotFile written = copy.write(subtask, target.create(directory + "/" + file));
        subtasks.add(
            new SubtaskSnapshot(
                subtask.index(),
                copy.keyGroups(subtask),
                new FileRef(file, written.length(), written.crc32c()),
                null));
      }
    }
    return new OperatorSnapshots(operator.id(), operator.parallelism(), maxParallelism, subtasks);
  }
}
