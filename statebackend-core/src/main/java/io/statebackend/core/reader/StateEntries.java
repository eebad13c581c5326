// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Walks over entries of a checkpoint, subtask by subtask, in each key group by key group, in each
 * state by state. Holds one block or page in memory, and one value. Shows what is stored, also what
 * has expired meanwhile. Not thread-safe.
 */
public final class StateEntries implements AutoCloseable {
  private final CheckpointReader reader;
  private final Map<String, StoredState> states;
  private final StateSerializers serializers;
  private final Iterator<SubtaskSnapshot> subtasks;
  private final Function<SubtaskSnapshot, SubtaskSections> open;

  /** The bytes of the only key that is wanted, or {@code null} for all. */
  private final byte @Nullable [] wantedKey;

  private @Nullable SubtaskSections sections;
  private final Map<Integer, StateSerializers.Readers> readers = new HashMap<>();

  /** The entries of the current section, or {@code null} between sections. */
  private @Nullable EntrySource source;

  private final BinaryInput field = new BinaryInput();

  /** What is left of the current page. */
  private @Nullable BinaryInput page;

  private @Nullable Object key;
  private @Nullable Object namespace;
  private byte[] keyBytes = {};
  private byte[] namespaceBytes = {};
  private long nextIndex;
  private int headBytes;

  /** An entry that was read to see whether there is one. */
  private @Nullable StateEntry ahead;

  /**
   * Begins before the first entry.
   *
   * @param states the states that are wanted, by name
   * @param subtasks those that have any of it
   * @param open opens what one of them wrote
   */
  StateEntries(
      CheckpointReader reader,
      Map<String, StoredState> states,
      StateSerializers serializers,
      List<SubtaskSnapshot> subtasks,
      Function<SubtaskSnapshot, SubtaskSections> open,
      byte @Nullable [] wantedKey) {
    this.reader = reader;
    this.states = states;
    this.serializers = serializers;
    this.subtasks = subtasks.iterator();
    this.open = open;
    this.wantedKey = wantedKey;
  }

  /**
   * Returns the next entry.
   *
   * @return the entry, or {@code null} if there is none
   * @throws io.statebackend.api.CorruptStateException if stored bytes are damaged
   * @throws io.statebackend.api.IncompatibleStateException if the type of the state is not known
   *     here, or its engine is not
   * @throws io.statebackend.api.StateIoException if the checkpoint cannot be read, as when it was
   *     deleted meanwhile
   */
  public @Nullable StateEntry next() {
    StateEntry entry = ahead;
    ahead = null;
    return entry == null ? read() : entry;
  }

  /** Tells whether there is no entry left. */
  boolean isEmpty() {
    ahead = next();
    return ahead == null;
  }

  private @Nullable StateEntry read() {
    try {
      while (true) {
        SubtaskSections current = sections;
        if (current == null) {
          if (!subtasks.hasNext()) {
            return null;
          }
          readers.clear();
          sections = open.apply(subtasks.next());
        } else if (page != null) {
          if (page.remaining() > 0) {
            return nextOfPage(current, page);
          }
          // The window moves on with its source.
          page = null;
        } else if (source == null) {
          openSection(current);
        } else if (!source.next()) {
          source = null;
        } else {
          StateEntry entry = nextOfSource(current, source);
          if (entry != null) {
            return entry;
          }
        }
      }
    } catch (StateException e) {
      throw reader.explain(e);
    }
  }

  private void openSection(SubtaskSections current) {
    if (current.next()) {
      source = current.entries();
      keyBytes = new byte[0];
      namespaceBytes = new byte[0];
      nextIndex = 0;
    } else {
      sections = null;
      current.close();
    }
  }

  /** Moves to an entry; returns it, or {@code null} if it is a page or not wanted. */
  private @Nullable StateEntry nextOfSource(SubtaskSections current, EntrySource entry) {
    BinaryInput storedKey = entry.key();
    if (wantedKey != null && !isSame(storedKey, wantedKey)) {
      return null;
    }
    StateMeta meta = current.meta();
    StateSerializers.Readers reading = readers(current);
    BinaryInput storedNamespace = entry.namespace();
    headBytes = storedKey.remaining() + storedNamespace.remaining();
    boolean goesOn =
        isPaged(meta.kind())
            && nextIndex > 0
            && isSame(storedKey, keyBytes)
            && isSame(storedNamespace, namespaceBytes);
    if (goesOn) {
      headBytes = 0;
    } else {
      nextIndex = 0;
      if (isPaged(meta.kind())) {
        keyBytes = copy(storedKey);
        namespaceBytes = copy(storedNamespace);
      }
      key = meta.kind().isKeyed() ? read(current, reading.key(), storedKey) : null;
      namespace =
          meta.namespace().equals(FieldMeta.VOID)
              ? null
              : read(current, reading.namespace(), storedNamespace);
    }
    BinaryInput value = entry.value();
    if (isPaged(meta.kind())) {
      page = value;
      return null;
    }
    int bytes = headBytes + value.remaining();
    return entry(current, null, StateEntry.NO_INDEX, value, bytes);
  }

  private StateEntry nextOfPage(SubtaskSections current, BinaryInput rest) {
    StateMeta meta = current.meta();
    int start = rest.position();
    try {
      boolean isMap = meta.kind() == StateKind.MAP || meta.kind() == StateKind.BROADCAST_MAP;
      Object userKey = null;
      if (isMap) {
        window(meta.userKey(), rest);
        userKey = read(current, readers(current).userKey(), field);
      }
      window(meta.value(), rest);
      int bytes = rest.position() - start + headBytes;
      headBytes = 0;
      long index = nextIndex++;
      return entry(current, userKey, isMap ? StateEntry.NO_INDEX : index, field, bytes);
    } catch (CorruptStateException e) {
      throw located(current, e);
    }
  }

  private void window(FieldMeta form, BinaryInput rest) {
    int length = Field.length(form.fixedLength(), rest);
    int from = rest.position();
    rest.skip(length);
    field.reset(rest.array(), from, from + length);
  }

  private StateEntry entry(
      SubtaskSections current,
      @Nullable Object userKey,
      long index,
      BinaryInput stored,
      int bytes) {
    StateMeta meta = current.meta();
    Long usedMillis = null;
    if (StoredState.isTimed(meta)) {
      try {
        usedMillis = stored.readLong();
      } catch (CorruptStateException e) {
        throw located(current, e);
      }
    }
    Object value = read(current, readers(current).value(), stored);
    StoredState state = states.get(meta.name());
    if (state == null) {
      throw new IllegalStateException("a state that was not asked for: state=" + meta.name());
    }
    return new StateEntry(
        state,
        current.header().subtask(),
        current.keyGroup(),
        key,
        namespace,
        userKey,
        index,
        value,
        usedMillis,
        bytes);
  }

  private StateSerializers.Readers readers(SubtaskSections current) {
    return readers.computeIfAbsent(
        current.stateIndex(),
        index -> {
          SnapshotHeader header = current.header();
          return serializers.readers(
              header.operatorId(), header.key().schema(), header.states().get(index));
        });
  }

  private static Object read(
      SubtaskSections current, TypeSerializer<?> serializer, BinaryInput stored) {
    try {
      Object value = serializer.deserialize(stored);
      if (stored.remaining() > 0) {
        throw new CorruptStateException("bytes left over: count=" + stored.remaining());
      }
      return value;
    } catch (CorruptStateException e) {
      throw located(current, e);
    }
  }

  private static CorruptStateException located(
      SubtaskSections current, CorruptStateException damage) {
    return damage.file() != null
        ? damage
        : new CorruptStateException(
            "state '%s' of operator '%s', key group %d, cannot be read: %s"
                .formatted(
                    current.meta().name(),
                    current.header().operatorId(),
                    current.keyGroup(),
                    damage.getMessage()),
            current.file(),
            CorruptStateException.UNKNOWN_OFFSET,
            damage);
  }

  private static boolean isPaged(StateKind kind) {
    return switch (kind) {
      case LIST, MAP, SPLIT_LIST, UNION_LIST, BROADCAST_MAP -> true;
      case VALUE, REDUCING, AGGREGATING, TIMERS -> false;
    };
  }

  private static boolean isSame(BinaryInput stored, byte[] bytes) {
    return Arrays.equals(stored.array(), stored.position(), stored.limit(), bytes, 0, bytes.length);
  }

  private static byte[] copy(BinaryInput stored) {
    return Arrays.copyOfRange(stored.array(), stored.position(), stored.limit());
  }

  /** Names of the states that are wanted. */
  static Predicate<String> named(Map<String, StoredState> states) {
    return states::containsKey;
  }

  /** Ends the walk. Closing twice does nothing. */
  @Override
  public void close() {
    SubtaskSections open = sections;
    sections = null;
    if (open != null) {
      open.close();
    }
  }
}
