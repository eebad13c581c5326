// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What version 1 wrote of every type stays readable, and is written as it was. The file has a line
 * per type, with its name and schema, and one per value in hexadecimal digits.
 */
final class GoldenTypesTest {
  private static final String FILE = "/format/serialized-types-v1.txt";

  /** Writes the file anew into a directory, for a new version. */
  public static void main(String[] args) throws IOException {
    List<String> lines = new ArrayList<>();
    Samples.all().forEach(samples -> lines.addAll(lines(samples)));
    Files.write(Path.of(args[0]).resolve(Path.of(FILE).getFileName()), lines);
  }

  private static <T> List<String> lines(Samples<T> samples) {
    List<String> lines = new ArrayList<>();
    lines.add("# " + samples.name() + ": " + samples.serializer().schema());
    for (T value : samples.edges()) {
      lines.add(HexFormat.of().formatHex(Bytes.of(samples.serializer(), value)));
    }
    return lines;
  }

  private static List<String> golden() {
    try (InputStream in = GoldenTypesTest.class.getResourceAsStream(FILE)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void write_asVersion1Did() {
    List<String> now = new ArrayList<>();
    Samples.all().forEach(samples -> now.addAll(lines(samples)));
    assertThat(now).isEqualTo(golden());
  }

  @Test
  void read_whatVersion1Wrote() {
    int at = 0;
    List<String> golden = golden();
    for (Samples<?> samples : Samples.all()) {
      at = readType(samples, golden, at);
    }
    assertThat(at).isEqualTo(golden.size());
  }

  private static <T> int readType(Samples<T> samples, List<String> golden, int from) {
    int at = from;
    String header = golden.get(at++);
    TypeSerializer<T> serializer = samples.serializer();
    TypeSchema stored = TypeSchema.parse(header.substring(header.indexOf(": ") + 2));
    assertThat(serializer.compatibility(stored)).as(header).isEqualTo(Compatibility.asIs());
    for (T value : samples.edges()) {
      T read = Bytes.read(serializer, HexFormat.of().parseHex(golden.get(at++)));
      assertThat(serializer.equal(read, value)).as(header).isTrue();
    }
    return at;
  }
}
