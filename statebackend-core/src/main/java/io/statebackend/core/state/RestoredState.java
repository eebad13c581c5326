// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.snapshot.EventTime;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.StateMeta;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One state in one restored snapshot.
 *
 * @param operatorId the operator, for messages
 * @param snapshot the snapshot that has the state
 * @param index the index of the state in the snapshot
 * @param timestampMillis when the checkpoint was taken
 */
record RestoredState(String operatorId, SnapshotReader snapshot, int index, long timestampMillis) {
  private static final Logger logger = LoggerFactory.getLogger(RestoredState.class);

  StateMeta meta() {
    return snapshot.header().states().get(index);
  }

  /**
   * Checks that parts of one state have the same form.
   *
   * @throws IncompatibleStateException if they have not
   */
  static void checkSameForm(List<RestoredState> parts, String waysOut) {
    RestoredState first = parts.get(0);
    for (RestoredState part : parts) {
      if (!part.meta().equals(first.meta())) {
        throw new IncompatibleStateException(
            "old subtasks hold state '%s' of operator '%s' in two forms: subtask %d=%s, subtask %d=%s; %s"
                .formatted(
                    first.meta().name(),
                    first.operatorId,
                    first.snapshot.header().subtask(),
                    first.meta(),
                    part.snapshot.header().subtask(),
                    part.meta(),
                    waysOut));
      }
    }
  }

  /**
   * Returns the entries of a key group in the form of the declared serializers, migrated if need
   * be; {@link #check} has been called before.
   */
  <U, V> EntrySource entries(
      int keyGroup, TypeSerializer<U> userKeySerializer, TypeSerializer<V> valueSerializer) {
    return migrated(snapshot.entries(index, keyGroup), userKeySerializer, valueSerializer);
  }

  /** Returns stored entries in the form of the declared serializers, migrated if necessary. */
  <U, V> EntrySource migrated(
      EntrySource stored, TypeSerializer<U> userKeySerializer, TypeSerializer<V> valueSerializer) {
    TypeSerializer<U> userKeyReader = reader(userKeySerializer, meta().userKey());
    TypeSerializer<V> valueReader =
        Parts.reader(valueCompatibility(valueSerializer), valueSerializer);
    if (userKeyReader == userKeySerializer && valueReader == valueSerializer) {
      return stored;
    }
    return new MigratingEntrySource<>(
        stored,
        MigratingEntrySource.Layout.of(meta().kind()),
        new MigratingEntrySource.Conversion<>(userKeyReader, userKeySerializer),
        new MigratingEntrySource.Conversion<>(valueReader, valueSerializer));
  }

  /** Adds where it happened to damage that a serializer found, and knows nothing of the file. */
  CorruptStateException located(CorruptStateException damage) {
    return damage.file() != null
        ? damage
        : new CorruptStateException(
            "state '%s' of operator '%s' cannot be read by its serializer: %s"
                .formatted(meta().name(), operatorId, damage.getMessage()),
            snapshot.file(),
            CorruptStateException.UNKNOWN_OFFSET,
            damage);
  }

  /**
   * Decides, before any entry is read, whether the state can become what is declared.
   *
   * @throws IncompatibleStateException if it cannot
   */
  void check(DeclaredTypes declared) {
    StateComparison comparison = StateComparison.ofState(operatorId, meta(), declared);
    comparison.check();
    if (comparison.dropsData()) {
      logger.warn(
          "state '{}' of operator '{}', written by subtask {}: {}",
          meta().name(),
          operatorId,
          snapshot.header().subtask(),
          comparison.message());
    }
  }

  /** Tells whether entries have to be rewritten. */
  boolean needsMigration(DeclaredTypes declared) {
    return StateComparison.ofState(operatorId, meta(), declared).verdict()
        == StateComparison.Verdict.AFTER_MIGRATION;
  }

  /** Tells whether the stored values can be read, with the times that they have or get. */
  private <V> Compatibility<V> valueCompatibility(TypeSerializer<V> serializer) {
    StateTtl stored = meta().ttl();
    return TimeMigration.compatibility(
        serializer,
        meta().value().schema(),
        stored == null ? null : stored.time(),
        since(serializer));
  }

  /** Returns the time that values get which have none: that of the checkpoint. */
  private long since(TypeSerializer<?> serializer) {
    if (serializer instanceof TimedSerializer<?> timed
        && timed.ttl().time() == StateTtl.Time.EVENT) {
      EventTime time = snapshot.header().eventTime();
      return time == null ? TtlClock.NO_TIME : time.watermark();
    }
    return timestampMillis;
  }

  /** Returns what reads a stored part, which {@link #check} has found to be readable. */
  private static <T> TypeSerializer<T> reader(TypeSerializer<T> serializer, FieldMeta stored) {
    return serializer.compatibility(stored.schema())
            instanceof Compatibility.AfterMigration<T> migration
        ? migration.reader()
        : serializer;
  }
}
