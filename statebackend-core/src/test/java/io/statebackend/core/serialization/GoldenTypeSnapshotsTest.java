// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whole snapshots with a state of every built-in type, written by two JDKs, compressed and not, are
 * read by this one. What Kryo writes is in the text file of {@link GoldenTypesTest}.
 */
final class GoldenTypeSnapshotsTest {
  private static final String FILE = "golden";

  /**
   * Every value is written this number of times, under different keys: compression has something to
   * do.
   */
  private static final int COPY_COUNT = 12;

  /** Values of more bytes are written once. */
  private static final int COPIED_LENGTH_MAX = 1000;

  /** Writes the files of this JDK into a directory. */
  public static void main(String[] args) throws IOException {
    String jdk = "jdk" + Runtime.version().feature();
    Path directory = Path.of(args[0]);
    Files.write(directory.resolve("types-v1-" + jdk + ".bin"), write(Compression.NONE));
    Files.write(directory.resolve("types-v1-" + jdk + "-lz4.bin"), write(Compression.LZ4));
  }

  private static List<Samples<?>> samples() {
    return Samples.all().stream()
        .filter(samples -> !samples.serializer().schema().toString().contains("kryo "))
        .toList();
  }

  private static byte[] write(Compression compression) {
    List<StateMeta> states = new ArrayList<>();
    for (Samples<?> samples : samples()) {
      states.add(
          new StateMeta(
              samples.name(),
              StateKind.VALUE,
              FieldMeta.VOID,
              FieldMeta.VOID,
              FieldMeta.of(samples.serializer())));
    }
    SnapshotHeader header =
        new SnapshotHeader(
            1,
            "types",
            0,
            1,
            1,
            new KeyGroupRange(0, 0),
            FieldMeta.of(Serializers.INT),
            compression,
            states);
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      StorageOutput out = storage.create(FILE);
      try (SnapshotWriter writer = SnapshotWriter.open(out, header)) {
        for (int i = 0; i < states.size(); i++) {
          writer.write(i, 0, new Edges<>(samples().get(i)));
        }
        writer.finish();
      }
      try (var in = storage.open(FILE)) {
        byte[] bytes = new byte[(int) in.length()];
        in.read(0, bytes, 0, bytes.length);
        return bytes;
      }
    }
  }

  private static <T> List<T> values(Samples<T> samples) {
    List<T> values = new ArrayList<>();
    for (T edge : samples.edges()) {
      boolean isLong = Bytes.of(samples.serializer(), edge).length > COPIED_LENGTH_MAX;
      values.addAll(Collections.nCopies(isLong ? 1 : COPY_COUNT, edge));
    }
    return values;
  }

  private static final class Edges<T> implements EntryCursor {
    private final TypeSerializer<T> serializer;
    private final List<T> values;
    private int entry = -1;

    Edges(Samples<T> samples) {
      this.serializer = samples.serializer();
      this.values = values(samples);
    }

    @Override
    public boolean next() {
      return ++entry < values.size();
    }

    @Override
    public void writeKey(BinaryOutput out) {
      out.writeInt(entry);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {}

    @Override
    public void writeValue(BinaryOutput out) {
      serializer.serialize(values.get(entry), out);
    }

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "types-v1-jdk17.bin",
        "types-v1-jdk17-lz4.bin",
        "types-v1-jdk25.bin",
        "types-v1-jdk25-lz4.bin"
      })
  void read(String name) throws IOException {
    byte[] bytes;
    try (InputStream in = GoldenTypeSnapshotsTest.class.getResourceAsStream("/format/" + name)) {
      assertThat(in).as(name).isNotNull();
      bytes = in.readAllBytes();
    }
    try (MemoryCheckpointStorage storage = MemoryCheckpointStorage.create()) {
      try (StorageOutput out = storage.create(FILE)) {
        out.write(bytes, 0, bytes.length);
        out.commit();
      }
      try (SnapshotReader reader = SnapshotReader.open(storage.open(FILE), name)) {
        reader.verify();
        assertThat(reader.header().compression())
            .isEqualTo(name.contains("lz4") ? Compression.LZ4 : Compression.NONE);
        List<StateMeta> states = reader.header().states();
        assertThat(states).extracting(StateMeta::name).hasSize(samples().size());
        for (Samples<?> samples : samples()) {
          int index = states.stream().map(StateMeta::name).toList().indexOf(samples.name());
          assertThat(index).as(samples.name()).isNotNegative();
          readState(samples, states.get(index), reader.entries(index, 0));
        }
      }
    }
  }

  private static <T> void readState(Samples<T> samples, StateMeta stored, EntrySource entries) {
    TypeSerializer<T> serializer = samples.serializer();
    assertThat(serializer.compatibility(stored.value().schema()))
        .as(samples.name())
        .isEqualTo(Compatibility.asIs());
    List<T> values = values(samples);
    int count = 0;
    while (entries.next()) {
      BinaryInput value = entries.value();
      T expected = values.get(count++);
      assertThat(serializer.equal(serializer.deserialize(value), expected))
          .as("%s %s", samples.name(), expected)
          .isTrue();
      assertThat(value.remaining()).isZero();
    }
    assertThat(count).as(samples.name()).isEqualTo(values.size());
  }
}
