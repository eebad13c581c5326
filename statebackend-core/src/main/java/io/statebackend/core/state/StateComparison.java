// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.Compatibility;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.SchemaDifference;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.StateMeta;
import java.util.List;

/**
 * Whether stored state can become what the running code declares, decided from schemas alone.
 *
 * @param verdict the answer
 * @param message what differs and what to do, for people; empty if nothing differs
 * @param dropsData whether migration drops a part of what is stored
 */
public record StateComparison(Verdict verdict, String message, boolean dropsData) {

  /** The answers, from the best to the worst. */
  public enum Verdict {
    /** The stored bytes are read as they are. */
    AS_IS,
    /** Each entry is rewritten while it is loaded. */
    AFTER_MIGRATION,
    /** The stored bytes cannot become what is declared. */
    INCOMPATIBLE
  }

  private static final StateComparison AS_IS = new StateComparison(Verdict.AS_IS, "", false);

  /**
   * Compares the keys of an operator. Their bytes and hashes decide where their state is kept, so
   * they must stay as they are.
   *
   * @param operatorId the operator
   * @param serializer the declared serializer
   * @param stored what is stored
   * @return the answer, never {@link Verdict#AFTER_MIGRATION}
   */
  public static StateComparison ofKeys(
      String operatorId, TypeSerializer<?> serializer, FieldMeta stored) {
    return unchanged(
        "keys of operator '" + operatorId + "'",
        serializer,
        stored,
        "the bytes and hashes of keys must stay the same: declare the stored type again, or give"
            + " the operator another id");
  }

  /**
   * Compares one state.
   *
   * @param operatorId the operator
   * @param stored what is stored
   * @param declared what is declared
   * @return the answer
   */
  public static StateComparison ofState(
      String operatorId, StateMeta stored, DeclaredTypes declared) {
    String state = "state '%s' of operator '%s'".formatted(stored.name(), operatorId);
    if (stored.kind() != declared.kind()) {
      return new StateComparison(
          Verdict.INCOMPATIBLE,
          "%s is of another kind than the restored one: restored=%s, declared=%s; declare it as it was, %s"
              .formatted(state, stored.kind(), declared.kind(), otherWaysOut(operatorId, stored)),
          false);
    }
    StateComparison namespaces =
        unchanged(
            "namespaces of " + state,
            declared.namespace(),
            stored.namespace(),
            "the bytes of namespaces must stay the same: declare the stored type again, "
                + otherWaysOut(operatorId, stored));
    if (namespaces.verdict == Verdict.INCOMPATIBLE) {
      return namespaces;
    }
    String waysOut = "declare the stored type again, " + otherWaysOut(operatorId, stored);
    StateComparison userKeys =
        readable("map keys of " + state, declared.userKey(), stored.userKey(), waysOut);
    StateComparison values = values(state, stored, declared, waysOut);
    if (userKeys.verdict == Verdict.AFTER_MIGRATION && values.verdict == Verdict.AFTER_MIGRATION) {
      return new StateComparison(
          Verdict.AFTER_MIGRATION,
          userKeys.message + "; " + values.message,
          userKeys.dropsData || values.dropsData);
    }
    return userKeys.verdict.compareTo(values.verdict) > 0 ? userKeys : values;
  }

  private static String otherWaysOut(String operatorId, StateMeta stored) {
    return "keep the new one under another name, or drop what is stored with dropState(\"%s\", \"%s\")"
        .formatted(operatorId, stored.name());
  }

  private static StateComparison unchanged(
      String what, TypeSerializer<?> serializer, FieldMeta stored, String waysOut) {
    Compatibility<?> answer = serializer.compatibility(stored.schema());
    if (answer instanceof Compatibility.AsIs<?>
        && serializer.fixedLength() == stored.fixedLength()) {
      return AS_IS;
    }
    String reason =
        answer instanceof Compatibility.Incompatible<?> incompatible
            ? incompatible.reason()
            : SchemaDifference.of(stored.schema(), serializer.schema());
    return incompatible(what, reason, waysOut);
  }

  /** Compares values, and the times that they have or have not. */
  private static StateComparison values(
      String state, StateMeta stored, DeclaredTypes declared, String waysOut) {
    StateTtl storedTtl = stored.ttl();
    Compatibility<?> answer =
        TimeMigration.compatibility(
            declared.value(),
            stored.value().schema(),
            storedTtl == null ? null : storedTtl.time(),
            0);
    StateComparison values =
        readable("values of " + state, declared.value(), stored.value(), answer, waysOut);
    String times = TimeMigration.describe(storedTtl, declared.ttl());
    if (times.isEmpty() || values.verdict == Verdict.INCOMPATIBLE) {
      return values;
    }
    boolean isSameType =
        TimedSerializer.untimed(stored.value().schema())
            .equals(TimedSerializer.untimed(declared.value().schema()));
    String ofState = times + " (" + state + ")";
    return new StateComparison(
        values.verdict,
        isSameType || values.message.isEmpty() ? ofState : values.message + "; " + ofState,
        values.dropsData);
  }

  private static StateComparison readable(
      String what, TypeSerializer<?> serializer, FieldMeta stored, String waysOut) {
    return readable(what, serializer, stored, serializer.compatibility(stored.schema()), waysOut);
  }

  private static StateComparison readable(
      String what,
      TypeSerializer<?> serializer,
      FieldMeta stored,
      Compatibility<?> answer,
      String waysOut) {
    if (answer instanceof Compatibility.Incompatible<?> incompatible) {
      return incompatible(what, incompatible.reason(), waysOut);
    }
    int length =
        answer instanceof Compatibility.AfterMigration<?> migration
            ? migration.reader().fixedLength()
            : serializer.fixedLength();
    if (length != stored.fixedLength()) {
      return incompatible(
          what,
          "stored with serialized length %d, read with %d".formatted(stored.fixedLength(), length),
          waysOut);
    }
    if (answer instanceof Compatibility.AsIs<?>) {
      return AS_IS;
    }
    TypeSchema storedSchema = TimedSerializer.untimed(stored.schema());
    TypeSerializer<?> untimed =
        serializer instanceof TimedSerializer<?> timed ? timed.values() : serializer;
    List<String> losses = SchemaDifference.losses(untimed, storedSchema);
    return new StateComparison(
        Verdict.AFTER_MIGRATION,
        "the %s are rewritten: %s%s"
            .formatted(
                what,
                SchemaDifference.of(storedSchema, untimed.schema()),
                losses.isEmpty() ? "" : "; data is dropped: " + String.join(", ", losses)),
        !losses.isEmpty());
  }

  private static StateComparison incompatible(String what, String reason, String waysOut) {
    return new StateComparison(
        Verdict.INCOMPATIBLE,
        "the %s cannot be read: %s; %s".formatted(what, reason, waysOut),
        false);
  }

  /**
   * Refuses what is incompatible.
   *
   * @throws IncompatibleStateException if it is
   */
  void check() {
    if (verdict == Verdict.INCOMPATIBLE) {
      throw new IncompatibleStateException(message);
    }
  }
}
