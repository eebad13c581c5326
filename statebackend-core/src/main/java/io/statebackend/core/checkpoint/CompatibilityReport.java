// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.IncompatibleStateException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Says whether a program can continue from a checkpoint, state by state. {@link CompatibilityCheck}
 * creates it.
 *
 * @param checkpoint where the checkpoint is
 * @param lines one per state, those of one operator together, its keys first
 */
public record CompatibilityReport(String checkpoint, List<Line> lines) {

  /** What happens to a state. */
  public enum Verdict {
    /** The stored bytes are read as they are. */
    AS_IS,
    /** Each entry is rewritten while it is loaded. */
    AFTER_MIGRATION,
    /** The checkpoint has no such state: it begins empty. */
    NEW,
    /** The program does not declare the state: it is carried on. */
    UNDECLARED,
    /** The program drops the state. */
    DROPPED,
    /** The program cannot continue: the message says why, and what to do. */
    INCOMPATIBLE
  }

  /**
   * What happens to one state, or to the keys of an operator.
   *
   * @param operatorId the operator
   * @param state the name of the state; empty for the keys, or for the operator as a whole
   * @param verdict what happens to it
   * @param message what differs and what to do; empty if nothing does
   */
  public record Line(String operatorId, String state, Verdict verdict, String message) {

    /** Checks that all is there. */
    public Line {
      requireNonNull(operatorId, "operatorId");
      requireNonNull(state, "state");
      requireNonNull(verdict, "verdict");
      requireNonNull(message, "message");
    }

    @Override
    public String toString() {
      String what = state.isEmpty() ? "keys" : "state '" + state + "'";
      return "operator '%s', %s: %s%s"
          .formatted(operatorId, what, verdict, message.isEmpty() ? "" : ", " + message);
    }
  }

  /** Copies the lines. */
  public CompatibilityReport {
    requireNonNull(checkpoint, "checkpoint");
    lines = List.copyOf(lines);
  }

  /**
   * Tells whether the program can continue from the checkpoint.
   *
   * @return {@code true} if no verdict is {@link Verdict#INCOMPATIBLE}
   */
  public boolean isCompatible() {
    return lines.stream().noneMatch(line -> line.verdict == Verdict.INCOMPATIBLE);
  }

  /**
   * Refuses a checkpoint from which the program cannot continue, for a test or a deployment.
   *
   * @throws IncompatibleStateException if it cannot; the message has all that is incompatible
   */
  public void requireCompatible() {
    if (!isCompatible()) {
      throw new IncompatibleStateException(
          lines.stream()
              .filter(line -> line.verdict == Verdict.INCOMPATIBLE)
              .map(Line::message)
              .collect(Collectors.joining("\n", "cannot go on from " + checkpoint + ":\n", "")));
    }
  }

  /** Returns the report for people, one line per state. */
  @Override
  public String toString() {
    return lines.stream()
        .map(line -> "\n  " + line)
        .collect(Collectors.joining("", checkpoint + ":", ""));
  }
}
