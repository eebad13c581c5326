// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog;
import io.statebackend.core.checkpoint.catalog.FileNames;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint or savepoint, opened to look into it without the program that wrote it.
 *
 * <pre>{@code
 * try (var storage = FileCheckpointStorage.openReadOnly(directory);
 *     var reader = CheckpointReader.openLatest(storage)) {
 *   for (StoredOperator operator : reader.operators()) {
 *     for (StateSize size : reader.sizes(operator)) {
 *       System.out.println(size.state().name() + ": " + size.bytes() + " bytes");
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>Values are read as their schemas tell, or by serializers of the program. Keyed state in an
 * engine's own format is read by that engine, whose module must be there; it works in a temporary
 * directory. Values are never held all at once: memory is needed for a block of each file that is
 * open, for an engine 64 MiB, or less in a small heap, and for the index of a snapshot, which takes
 * about 50 bytes for each key group of each state.
 *
 * <p>Reads only, and locks nothing: the storage may be that of a running program, opened read-only.
 * If that program deletes the checkpoint meanwhile, the error says so. Not thread-safe; it owns
 * neither the storage nor the entries that it has opened, which are closed before it.
 */
public final class CheckpointReader implements AutoCloseable {
  private final StoredCheckpoint checkpoint;
  private final WorkPlace place;

  /** What the headers of snapshots tell; {@code null} until somebody asks. */
  private @Nullable List<StoredOperator> operators;

  private CheckpointReader(StoredCheckpoint checkpoint, @Nullable Path workDirectory) {
    this.checkpoint = checkpoint;
    this.place = new WorkPlace(workDirectory);
  }

  /**
   * Lists the checkpoints and savepoints of a storage. Reads the metadata of each, and looks
   * whether their files are there; what is in the files is not read. Checkpoints that are deleted
   * meanwhile are left out.
   *
   * @param storage where to look; only read
   * @return the checkpoints by their numbers, then the savepoints and all others by their names
   * @throws StateIoException if the storage cannot be listed
   */
  public static List<CheckpointSummary> list(CheckpointStorage storage) {
    return new Listing(storage).summaries();
  }

  /**
   * Lists the files of a storage that have names of ours and that no complete checkpoint refers to.
   * Deletes nothing. If a program is running, some may belong to a checkpoint that is being
   * written. While a checkpoint is damaged, shared files are not listed, as it may refer to any.
   *
   * @param storage where to look; only read
   * @return the files, by their paths
   * @throws IllegalArgumentException if the storage is a checkpoint itself
   * @throws StateIoException if the storage cannot be read
   */
  public static List<Garbage> garbage(CheckpointStorage storage) {
    CheckpointCatalog catalog = new CheckpointCatalog(storage);
    Set<String> paths = new TreeSet<>(catalog.unfinished());
    paths.addAll(catalog.unreferencedSharedFiles());
    return paths.stream().map(path -> new Garbage(path, lengthOf(storage, path))).toList();
  }

  private static long lengthOf(CheckpointStorage storage, String path) {
    try (StorageInput in = storage.open(path)) {
      return in.length();
    } catch (StateIoException e) {
      if (isMissingFile(e)) {
        return 0;
      }
      throw e;
    }
  }

  /**
   * Opens the latest complete checkpoint of a storage; savepoints do not count.
   *
   * @param storage where to look; only read
   * @return the reader; the caller closes it
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if what describes it is damaged
   * @throws IncompatibleStateException if it is of a format that this library does not read
   * @throws StateIoException if it cannot be read
   */
  public static CheckpointReader openLatest(CheckpointStorage storage) {
    return new CheckpointReader(CheckpointCatalog.latest(storage), null);
  }

  /**
   * Opens a checkpoint or savepoint.
   *
   * @param storage where it is
   * @param directory its directory there, such as {@code chk-7} or {@code savepoint-upgrade}
   * @return the reader; the caller closes it
   * @throws IllegalArgumentException if there is none
   * @throws CorruptStateException if what describes it is damaged
   * @throws IncompatibleStateException if it is of a format that this library does not read
   * @throws StateIoException if it cannot be read
   */
  public static CheckpointReader open(CheckpointStorage storage, String directory) {
    return new CheckpointReader(CheckpointCatalog.complete(storage, directory), null);
  }

  /**
   * Opens a checkpoint or savepoint; otherwise as {@link #open(CheckpointStorage, String)}.
   *
   * @param storage where it is
   * @param directory its directory there
   * @param workDirectory where the temporary directory is made that engines need to read their own
   *     snapshots; on a disk with room for the checkpoint
   * @return the reader; the caller closes it
   */
  public static CheckpointReader open(
      CheckpointStorage storage, String directory, Path workDirectory) {
    return new CheckpointReader(
        CheckpointCatalog.complete(storage, directory),
        requireNonNull(workDirectory, "workDirectory"));
  }

  private static StoredOperator describe(StoredCheckpoint checkpoint, OperatorSnapshots operator) {
    List<StoredSubtask> subtasks = new ArrayList<>();
    Map<String, StateMeta> metas = new LinkedHashMap<>();
    Set<String> ofTwoForms = new LinkedHashSet<>();
    FieldMeta key = FieldMeta.VOID;
    for (SubtaskSnapshot subtask : sorted(operator)) {
      try (SnapshotReader reader = checkpoint.open(operator.operatorId(), subtask)) {
        if (key.equals(FieldMeta.VOID)) {
          key = reader.header().key();
        }
        for (StateMeta meta : reader.header().states()) {
          StateMeta known = metas.putIfAbsent(meta.name(), meta);
          if (known != null && !known.equals(meta)) {
            ofTwoForms.add(meta.name());
          }
        }
        var nativeSnapshot = subtask.nativeSnapshot();
        subtasks.add(
            new StoredSubtask(
                subtask.subtask(),
                subtask.keyGroups(),
                sizeBytes(subtask),
                nativeSnapshot == null ? null : nativeSnapshot.format(),
                reader.header().eventTime()));
      }
    }
    List<StoredState> states = new ArrayList<>();
    for (StateMeta meta : metas.values()) {
      states.add(
          new StoredState(
              operator.operatorId(),
              meta.kind().isKeyed() ? key : FieldMeta.VOID,
              meta,
              !ofTwoForms.contains(meta.name())));
    }
    return new StoredOperator(
        operator.operatorId(),
        operator.parallelism(),
        operator.maxParallelism(),
        key,
        subtasks,
        states);
  }

  private static List<SubtaskSnapshot> sorted(OperatorSnapshots operator) {
    return operator.subtasks().stream()
        .sorted(Comparator.comparingInt(SubtaskSnapshot::subtask))
        .toList();
  }

  private static long sizeBytes(SubtaskSnapshot subtask) {
    var nativeSnapshot = subtask.nativeSnapshot();
    return subtask.snapshot().length()
        + (nativeSnapshot == null
            ? 0
            : nativeSnapshot.files().stream().mapToLong(FileRef::length).sum());
  }

  /**
   * Returns where the checkpoint is.
   *
   * @return its directory in the storage, such as {@code chk-7}
   */
  public String directory() {
    return checkpoint.directory();
  }

  /**
   * Returns where the checkpoint is, for messages.
   *
   * @return the location of the storage and the directory
   */
  public String location() {
    return checkpoint.describe();
  }

  /**
   * Returns what the checkpoint consists of.
   *
   * @return its metadata
   */
  public CheckpointMetadata metadata() {
    return checkpoint.metadata();
  }

  /**
   * Returns the operators. The first call reads the header and the index of each snapshot.
   *
   * @return what is stored of each, in the order of the metadata
   * @throws CorruptStateException if a header or index is damaged
   * @throws IncompatibleStateException if one is of a format that this library does not read
   * @throws StateIoException if one cannot be read
   */
  public List<StoredOperator> operators() {
    List<StoredOperator> known = operators;
    if (known == null) {
      known =
          explained(
              () ->
                  checkpoint.metadata().operators().stream()
                      .map(operator -> describe(checkpoint, operator))
                      .toList());
      operators = known;
    }
    return known;
  }

  /**
   * Finds an operator.
   *
   * @param operatorId its id
   * @return the operator, or nothing if the checkpoint has none of that id
   */
  public Optional<StoredOperator> operator(String operatorId) {
    return operators().stream().filter(operator -> operator.id().equals(operatorId)).findFirst();
  }

  /**
   * Finds a state.
   *
   * @param operatorId the id of its operator
   * @param name its name
   * @return the state, or nothing if the operator has none of that name
   */
  public Optional<StoredState> state(String operatorId, String name) {
    return operator(operatorId).stream()
        .flatMap(operator -> operator.states().stream())
        .filter(state -> state.name().equals(name))
        .findFirst();
  }

  /**
   * Tells how large the states of an operator are. Reads the index and the headers of the blocks of
   * each portable snapshot: a small read for every 256 KiB.
   *
   * @param operator an operator of this checkpoint
   * @return the sizes, in the order of {@link StoredOperator#states()}
   * @throws CorruptStateException if what is read is damaged
   * @throws StateIoException if it cannot be read
   */
  public List<StateSize> sizes(StoredOperator operator) {
    Map<String, long[]> sums = new HashMap<>();
    boolean hasNative =
        forEachSubtask(
            operator,
            reader -> {
              List<SnapshotReader.StateLength> lengths = reader.measure();
              for (int i = 0; i < lengths.size(); i++) {
                long[] sum =
                    sums.computeIfAbsent(
                        reader.header().states().get(i).name(), name -> new long[3]);
                sum[0] += lengths.get(i).entryCount();
                sum[1] += lengths.get(i).rawLength();
                sum[2] += lengths.get(i).storedLength();
              }
            });
    List<StateSize> sizes = new ArrayList<>();
    for (StoredState state : operator.states()) {
      long[] sum = sums.getOrDefault(state.name(), new long[3]);
      boolean isWhole = !hasNative || !state.kind().isKeyed();
      sizes.add(new StateSize(state, sum[0], sum[1], sum[2], isWhole));
    }
    return sizes;
  }

  /**
   * Tells how much of an operator's keyed state lies in which key group. Reads the indexes of
   * portable snapshots; what lies in native ones is not counted.
   *
   * @param operator an operator of this checkpoint
   * @return the stored bytes, by key group
   * @throws CorruptStateException if an index is damaged
   * @throws StateIoException if it cannot be read
   */
  public long[] keyGroupBytes(StoredOperator operator) {
    long[] bytes = new long[operator.maxParallelism()];
    boolean unused =
        forEachSubtask(
            operator,
            reader -> {
              var groups = reader.header().keyGroups();
              for (int group = groups.first(); group <= groups.last(); group++) {
                for (int i = 0; i < reader.header().states().size(); i++) {
                  bytes[group] += reader.storedLength(i, group);
                }
              }
            });
    return bytes;
  }

  /** Reads the portable snapshots one by one; tells whether there are native ones. */
  private boolean forEachSubtask(
      StoredOperator operator, java.util.function.Consumer<SnapshotReader> action) {
    return explained(
        () -> {
          boolean hasNative = false;
          for (SubtaskSnapshot subtask : sorted(snapshots(operator.id()))) {
            hasNative |= subtask.nativeSnapshot() != null;
            try (SnapshotReader reader = checkpoint.open(operator.id(), subtask)) {
              action.accept(reader);
            }
          }
          return hasNative;
        });
  }

  private OperatorSnapshots snapshots(String operatorId) {
    return checkpoint.metadata().operators().stream()
        .filter(operator -> operator.operatorId().equals(operatorId))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no operator '%s' in %s".formatted(operatorId, checkpoint.describe())));
  }

  /**
   * Returns all entries of an operator, its operator state first, as their schemas tell.
   *
   * @param operator an operator of this checkpoint
   * @return the entries; the caller closes them
   */
  public StateEntries entries(StoredOperator operator) {
    return entries(operator, StateSerializers.OF_SCHEMA);
  }

  /**
   * Returns all entries of an operator, its operator state first.
   *
   * @param operator an operator of this checkpoint
   * @param serializers what reads them; those that are not there go by the schemas
   * @return the entries; the caller closes them
   */
  public StateEntries entries(StoredOperator operator, StateSerializers serializers) {
    Map<String, StoredState> states = new HashMap<>();
    operator.states().forEach(state -> states.put(state.name(), state));
    return entries(operator.id(), states, serializers, SubtaskSections.Groups.ALL, null);
  }

  /**
   * Returns the entries of a state as its schema tells.
   *
   * @param state a state of this checkpoint
   * @return the entries; the caller closes them
   */
  public StateEntries entries(StoredState state) {
    return entries(state, StateSerializers.OF_SCHEMA);
  }

  /**
   * Returns the entries of a state.
   *
   * @param state a state of this checkpoint
   * @param serializers what reads them; those that are not there go by the schema
   * @return the entries; the caller closes them
   */
  public StateEntries entries(StoredState state, StateSerializers serializers) {
    return entries(
        state.operatorId(),
        Map.of(state.name(), state),
        serializers,
        SubtaskSections.Groups.ALL,
        null);
  }

  /**
   * Returns the entries of a state in one key group.
   *
   * @param state a state of this checkpoint
   * @param serializers what reads them; those that are not there go by the schema
   * @param keyGroup the key group, or {@link StateEntry#NO_KEY_GROUP} for operator state
   * @return the entries; the caller closes them
   */
  public StateEntries entries(StoredState state, StateSerializers serializers, int keyGroup) {
    return entries(
        state.operatorId(),
        Map.of(state.name(), state),
        serializers,
        new SubtaskSections.Groups(keyGroup, keyGroup),
        null);
  }

  /**
   * Looks a key up: returns its entries in a state, those of all namespaces. Costs reading the key
   * group that the hash of the key tells; if the key is not there, reading the whole state, since a
   * host may have divided its keys in another way.
   *
   * @param state a keyed state of this checkpoint
   * @param key the key, as its schema tells
   * @return the entries; the caller closes them
   * @throws IllegalArgumentException if the state is not keyed, or the key is of another type
   * @throws IncompatibleStateException if the type of the keys is not known here
   */
  public StateEntries lookup(StoredState state, Object key) {
    return lookup(state, key, StateSerializers.OF_SCHEMA);
  }

  /**
   * Looks a key up; otherwise as {@link #lookup(StoredState, Object)}.
   *
   * @param state a keyed state of this checkpoint
   * @param key what to look for, as the serializer of the keys writes it
   * @param serializers what reads and writes it; those that are not there go by the schema
   * @return the entries; the caller closes them
   */
  public StateEntries lookup(StoredState state, Object key, StateSerializers serializers) {
    if (!state.kind().isKeyed()) {
      throw new IllegalArgumentException(
          "state '%s' of operator '%s' is not keyed: kind=%s"
              .formatted(state.name(), state.operatorId(), state.kind()));
    }
    TypeSerializer<Object> keys = any(serializers, state);
    BinaryOutput bytes = new BinaryOutput();
    long hash;
    try {
      keys.serialize(key, bytes);
      hash = keys.stableHash(key);
    } catch (ClassCastException e) {
      throw new IllegalArgumentException(
          "the key is of another type than the keys of operator '%s': expected %s, actual %s"
              .formatted(state.operatorId(), state.key().schema(), key.getClass().getSimpleName()),
          e);
    }
    int keyGroup = StableHash.keyGroup(hash, snapshots(state.operatorId()).maxParallelism());
    Map<String, StoredState> states = Map.of(state.name(), state);
    byte[] wanted = bytes.toByteArray();
    StateEntries found =
        entries(
            state.operatorId(),
            states,
            serializers,
            new SubtaskSections.Groups(keyGroup, keyGroup),
            wanted);
    boolean isElsewhere = false;
    try {
      isElsewhere = found.isEmpty();
    } finally {
      if (isElsewhere) {
        found.close();
      }
    }
    return isElsewhere
        ? entries(state.operatorId(), states, serializers, SubtaskSections.Groups.ALL, wanted)
        : found;
  }

  @SuppressWarnings("unchecked") // A key of another class is refused by lookup.
  private static TypeSerializer<Object> any(StateSerializers serializers, StoredState state) {
    return (TypeSerializer<Object>)
        serializers.readers(state.operatorId(), state.key().schema(), state.meta()).key();
  }

  private StateEntries entries(
      String operatorId,
      Map<String, StoredState> states,
      StateSerializers serializers,
      SubtaskSections.Groups keyGroups,
      byte @Nullable [] wantedKey) {
    List<SubtaskSnapshot> subtasks =
        sorted(snapshots(operatorId)).stream()
            .filter(
                subtask ->
                    keyGroups.first() == StateEntry.NO_KEY_GROUP
                        || (subtask.keyGroups().first() <= keyGroups.last()
                            && subtask.keyGroups().last() >= keyGroups.first()))
            .toList();
    return new StateEntries(
        this,
        states,
        requireNonNull(serializers, "serializers"),
        subtasks,
        subtask ->
            SubtaskSections.open(
                checkpoint, operatorId, subtask, StateEntries.named(states), keyGroups, place),
        wantedKey);
  }

  /** Opens what a subtask wrote, to be copied. */
  SubtaskSections sections(
      StoredOperator operator, StoredSubtask subtask, Predicate<String> states) {
    SubtaskSnapshot snapshot =
        sorted(snapshots(operator.id())).stream()
            .filter(candidate -> candidate.subtask() == subtask.index())
            .findFirst()
            .orElseThrow();
    return explained(
        () ->
            SubtaskSections.open(
                checkpoint, operator.id(), snapshot, states, SubtaskSections.Groups.ALL, place));
  }

  /** Returns a temporary directory that is not there yet, and is deleted in the end. */
  Path newWorkDirectory() {
    return place.newDirectory();
  }

  /**
   * Reads every byte of the checkpoint and compares all checksums. Does not stop at the first
   * damage.
   *
   * @param progress told, after each file, how many bytes were read so far
   * @return what is damaged, or could not be read, file by file; empty if the checkpoint is intact.
   *     A {@link CorruptStateException} has the file and, where it can be told, the offset
   */
  public List<StateException> verify(LongConsumer progress) {
    List<StateException> problems = new ArrayList<>();
    Set<String> seen = new LinkedHashSet<>();
    long done = 0;
    for (FileRef file : checkpoint.metadata().files().toList()) {
      if (seen.add(file.path())) {
        try {
          checkpoint.verify(file);
        } catch (CorruptStateException | IncompatibleStateException | StateIoException e) {
          problems.add(explain(e));
        }
        done += file.length();
        progress.accept(done);
      }
    }
    return problems;
  }

  private <T> T explained(Supplier<T> read) {
    try {
      return read.get();
    } catch (StateException e) {
      throw explain(e);
    }
  }

  /** Tells when a checkpoint is not damaged but gone. */
  StateException explain(StateException e) {
    return explain(checkpoint, e);
  }

  private static StateException explain(StoredCheckpoint checkpoint, StateException e) {
    if (!isMissingFile(e) || isThere(checkpoint)) {
      return e;
    }
    return new StateIoException(
        "%s was deleted while it was read, as programs delete checkpoints that they have newer ones of; read the latest one, or a savepoint"
            .formatted(checkpoint.describe()),
        e);
  }

  private static boolean isMissingFile(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof NoSuchFileException) {
        return true;
      }
    }
    return false;
  }

  private static boolean isThere(StoredCheckpoint checkpoint) {
    try {
      return checkpoint.storage().list(checkpoint.directory()).contains(FileNames.METADATA);
    } catch (StateIoException e) {
      return true; // Nobody can tell; the first error stands.
    }
  }

  /** Deletes what engines needed. Closes neither entries nor the storage. */
  @Override
  public void close() {
    place.close();
  }
}
