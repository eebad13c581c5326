// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.testkit.EvolutionTable.Answer;
import io.statebackend.testkit.EvolutionTable.Proof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The guide tells what the serializers answer, row by row. What engines make of it is told by
 * {@link EvolutionTableContract}.
 */
final class EvolutionTableTest {
  private static final Path GUIDE =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "guides", "evolve-your-state.md");

  @TestFactory
  List<DynamicTest> row_isAsTheGuideSays() {
    return EvolutionTable.rows().entrySet().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.getKey(),
                    () -> {
                      assertThat(row.getValue().stream().map(Proof::answer).distinct()).hasSize(1);
                      row.getValue().forEach(EvolutionTableTest::check);
                    }))
        .toList();
  }

  @Test
  void guide_hasTheseRowsAndNoOthers() throws IOException {
    List<String> lines =
        EvolutionTable.rows().entrySet().stream().map(EvolutionTableTest::line).toList();
    List<String> inGuide =
        Files.readAllLines(GUIDE).stream()
            .filter(
                line -> line.matches("\\| .* \\| (no|as is|migrated) \\| (no|as is|migrated) \\|"))
            .toList();
    assertThat(inGuide).containsExactlyInAnyOrderElementsOf(lines);
  }

  /** Returns the line of the guide that a row has. */
  private static String line(Map.Entry<String, List<Proof<?, ?>>> row) {
    Answer answer = row.getValue().get(0).answer();
    return "| %s | %s | %s |".formatted(row.getKey(), answer.ofKeys(), answer);
  }

  private static <A, B> void check(Proof<A, B> proof) {
    TypeSerializer<B> declared = proof.declared();
    Compatibility<B> compatibility =
        declared.compatibility(TypeSchema.parse(proof.stored().schema().toString()));
    if (compatibility instanceof Compatibility.Incompatible<B> incompatible) {
      assertThat(Answer.NO).isEqualTo(proof.answer());
      assertThat(incompatible.reason()).isEqualTo(proof.expected());
      return;
    }
    byte[] bytes = bytes(proof.stored(), proof.value());
    TypeSerializer<B> reader = declared;
    if (compatibility instanceof Compatibility.AfterMigration<B> migration) {
      assertThat(Answer.MIGRATED).isEqualTo(proof.answer());
      reader = migration.reader();
      assertThat(reader.fixedLength()).isEqualTo(proof.stored().fixedLength());
    } else {
      assertThat(Answer.AS_IS).isEqualTo(proof.answer());
    }
    if (proof.expected() instanceof IncompatibleStateException error) {
      TypeSerializer<B> failing = reader;
      assertThatThrownBy(() -> failing.deserialize(new BinaryInput(bytes)))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessage(error.getMessage());
      return;
    }
    B read = reader.deserialize(new BinaryInput(bytes));
    assertThat(read).usingRecursiveComparison().isEqualTo(proof.expected());
    byte[] rewritten = bytes(declared, read);
    assertThat(declared.deserialize(new BinaryInput(rewritten)))
        .usingRecursiveComparison()
        .isEqualTo(proof.expected());
    if (proof.answer() == Answer.AS_IS) {
      assertThat(rewritten).isEqualTo(bytes);
    }
  }

  private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) {
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    return out.toByteArray();
  }
}
