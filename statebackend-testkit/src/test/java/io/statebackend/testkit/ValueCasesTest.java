// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.testkit.ValueCases.Case;
import io.statebackend.testkit.ValueCases.Changed;
import io.statebackend.testkit.ValueCases.Holder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each object of the list comes back equal, by reading, by copying, after a migration, and from
 * what either JDK has written; or its class is refused when the serializer is created.
 */
final class ValueCasesTest {

  /** Writes the file of this JDK into a directory. */
  public static void main(String[] args) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Case c : ValueCases.all()) {
      if (c.isTaken()) {
        lines.add("# " + c.name() + ": " + c.holders().schema());
        lines.add(HexFormat.of().formatHex(bytes(c.holders(), new Holder(c.value()))));
      }
    }
    Files.write(Path.of(args[0]).resolve(fileName(Runtime.version().feature())), lines);
  }

  private static String fileName(int jdk) {
    return "value-classes-v1-jdk" + jdk + ".txt";
  }

  static List<Case> cases() {
    return ValueCases.all();
  }

  private static <T> byte[] bytes(TypeSerializer<T> serializer, T value) {
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    return out.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void equalOrRefused(Case c) {
    TypeSerializer<Object> own;
    TypeSerializer<Holder> holders;
    TypeSerializer<Changed> changed;
    try {
      own = c.own();
      holders = c.holders();
      changed = c.changed();
    } catch (IllegalArgumentException e) {
      assertThat(e.getMessage())
          .containsPattern(
              "cannot be written by Kryo so that it comes back equal: .*; |Kryo does not write"
                  + " .*;");
      return;
    }
    String expected = ValueText.of(c.value());
    byte[] bytes = bytes(own, c.value());
    assertThat(ValueText.of(own.deserialize(new BinaryInput(bytes)))).isEqualTo(expected);
    assertThat(ValueText.of(own.copy(c.value()))).isEqualTo(expected);
    assertThat(bytes(own, c.value())).isEqualTo(bytes);
    Compatibility<Changed> answer = changed.compatibility(holders.schema());
    if (!(answer instanceof Compatibility.AfterMigration<Changed> migration)) {
      fail("not after migration: " + answer);
      return;
    }
    Changed read =
        migration.reader().deserialize(new BinaryInput(bytes(holders, new Holder(c.value()))));
    assertThat(read.number).isEqualTo(Holder.NUMBER);
    assertThat(ValueText.of(read.value)).isEqualTo(expected);
  }

  @Test
  void mostAreTaken() {
    assertThat(ValueCases.all()).hasSizeGreaterThan(170);
    assertThat(ValueCases.all().stream().filter(Case::isTaken)).hasSizeGreaterThan(120);
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 25})
  void read_whatAJdkWrote(int jdk) throws IOException {
    List<String> lines;
    try (InputStream in = ValueCasesTest.class.getResourceAsStream("/format/" + fileName(jdk))) {
      assertThat(in).isNotNull();
      lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
    Map<String, Case> byName = new HashMap<>();
    ValueCases.all().forEach(c -> byName.put(c.name(), c));
    for (int i = 0; i < lines.size(); i += 2) {
      int colon = lines.get(i).indexOf(": kryo ");
      Case c = byName.remove(lines.get(i).substring(2, colon));
      assertThat(c).as(lines.get(i)).isNotNull();
      TypeSchema stored = TypeSchema.parse(lines.get(i).substring(colon + 2));
      byte[] bytes = HexFormat.of().parseHex(lines.get(i + 1));
      assertThat(c.holders().compatibility(stored)).as("%s", c).isEqualTo(Compatibility.asIs());
      Holder read = c.holders().deserialize(new BinaryInput(bytes));
      assertThat(ValueText.of(read.value)).as("%s", c).isEqualTo(ValueText.of(c.value()));
    }
    assertThat(byName.values().stream().filter(Case::isTaken)).as("not in the file").isEmpty();
  }
}
