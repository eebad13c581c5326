// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.EvolutionTable.Answer;
import io.statebackend.testkit.EvolutionTable.Proof;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Every change that the guide to evolution allows or forbids, tried on values, namespaces and user
 * keys, through checkpoints, which an engine with snapshots of its own restores itself, and through
 * savepoints, which are portable.
 */
public abstract class EvolutionTableContract extends BackendContract {
  private static final String KEY = "key";
  private static final long WRITTEN = 7;

  /** Creates the contract, for one test. */
  protected EvolutionTableContract() {}

  /** How a type is used in a state. */
  private enum Use {
    VALUE("values"),
    NAMESPACE("namespaces"),
    USER_KEY("map keys");

    private final String inMessages;

    Use(String inMessages) {
      this.inMessages = inMessages;
    }

    /** Returns all proofs for values, and one of each row for what is decided in the same way. */
    List<Proof<?, ?>> proofs() {
      if (this == VALUE) {
        return EvolutionTable.proofs();
      }
      List<Proof<?, ?>> proofs = new ArrayList<>();
      for (List<Proof<?, ?>> row : EvolutionTable.rows().values()) {
        row.stream()
            .filter(proof -> isKey(proof.stored()) && isKey(proof.declared()))
            .findFirst()
            .ifPresent(proofs::add);
      }
      return proofs;
    }

    private static boolean isKey(TypeSerializer<?> serializer) {
      try {
        Serializers.checkKey(serializer, "key");
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }

    Answer answer(Proof<?, ?> proof) {
      return this == NAMESPACE ? proof.answer().ofKeys() : proof.answer();
    }

    <T> void write(String state, TypeSerializer<T> type, T value, KeyedStateBackend<String> keyed) {
      switch (this) {
        case VALUE -> keyed.value(ValueStateDescriptor.of(state, type)).update(value);
        case NAMESPACE ->
            keyed
                .value(ValueStateDescriptor.of(state, Serializers.LONG), type)
                .in(value)
                .update(WRITTEN);
        case USER_KEY ->
            keyed.map(MapStateDescriptor.of(state, type, Serializers.LONG)).put(value, WRITTEN);
      }
    }

    /** Checks that what was written is there. */
    <T> void checkRead(
        String state, TypeSerializer<T> type, Object expected, KeyedStateBackend<String> keyed) {
      switch (this) {
        case VALUE ->
            assertSame(keyed.value(ValueStateDescriptor.of(state, type)).value(), expected);
        case NAMESPACE -> {
          @SuppressWarnings("unchecked") // The table has values of the declared type.
          T namespace = (T) expected;
          assertThat(
                  keyed
                      .value(ValueStateDescriptor.of(state, Serializers.LONG), type)
                      .in(namespace)
                      .value())
              .isEqualTo(WRITTEN);
        }
        case USER_KEY -> {
          List<T> keys = new ArrayList<>();
          keyed
              .map(MapStateDescriptor.of(state, type, Serializers.LONG))
              .forEach(entry -> keys.add(entry.getKey()));
          assertThat(keys).hasSize(1);
          assertSame(keys.get(0), expected);
        }
      }
    }

    /** Compares field by field, as not all types have {@code equals}. */
    private static void assertSame(@Nullable Object actual, Object expected) {
      assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }
  }

  @Test
  final void values_throughACheckpoint() {
    check(Use.VALUE, operator -> operator.restart(backend(), 1));
  }

  @Test
  final void values_throughASavepoint() {
    check(Use.VALUE, operator -> operator.moveTo(backend(), 1));
  }

  @Test
  final void namespaces_throughACheckpoint() {
    check(Use.NAMESPACE, operator -> operator.restart(backend(), 1));
  }

  @Test
  final void userKeys_throughACheckpoint() {
    check(Use.USER_KEY, operator -> operator.restart(backend(), 1));
  }

  private void check(Use use, Consumer<TestOperator<String>> restart) {
    List<Proof<?, ?>> proofs = use.proofs();
    check(use, proofs.stream().filter(proof -> !proof.isFailure()).toList(), restart);
    // A failure ends the life of the subtask: each has one for itself.
    proofs.stream().filter(Proof::isFailure).forEach(proof -> check(use, List.of(proof), restart));
  }

  private void check(Use use, List<Proof<?, ?>> proofs, Consumer<TestOperator<String>> restart) {
    TestOperator<String> operator = start(1);
    for (int i = 0; i < proofs.size(); i++) {
      write(use, "state-" + i, proofs.get(i), operator.at(KEY));
    }
    restart.accept(operator);
    for (int i = 0; i < proofs.size(); i++) {
      try {
        check(use, "state-" + i, proofs.get(i), operator.at(KEY));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("%s of %s".formatted(use.inMessages, proofs.get(i)), e);
      }
    }
  }

  private static <A> void write(
      Use use, String state, Proof<A, ?> proof, KeyedStateBackend<String> keyed) {
    use.write(state, proof.stored(), proof.value(), keyed);
  }

  private static void check(
      Use use, String state, Proof<?, ?> proof, KeyedStateBackend<String> keyed) {
    Object expected = proof.expected();
    if (use.answer(proof) == Answer.NO) {
      String reason = proof.answer() == Answer.NO ? expected + "; " : "; the bytes of ";
      assertThatThrownBy(() -> use.checkRead(state, proof.declared(), WRITTEN, keyed))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageStartingWith(
              "the %s of state '%s' of operator 'operator' cannot be read: "
                  .formatted(use.inMessages, state))
          .hasMessageContaining(reason);
    } else if (expected instanceof IncompatibleStateException error) {
      assertThatThrownBy(() -> use.checkRead(state, proof.declared(), WRITTEN, keyed))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining(error.getMessage());
    } else {
      use.checkRead(state, proof.declared(), expected, keyed);
    }
  }
}
