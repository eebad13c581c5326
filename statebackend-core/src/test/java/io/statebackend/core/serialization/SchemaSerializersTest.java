// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.StateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Values of which only the schema is known: every type, generated schemas, damaged bytes. */
final class SchemaSerializersTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int RANDOM_VALUES = 30;
  private static final int RANDOM_SCHEMAS = 300;

  private enum Level {
    LOW,
    HIGH
  }

  private record Item(String name, Level level, Optional<Long> count) {}

  static List<Samples<?>> types() {
    return Samples.all();
  }

  @ParameterizedTest
  @MethodSource("types")
  <T> void ofSchema_readsAndWritesWithoutClasses(Samples<T> samples) {
    TypeSchema schema = TypeSchema.parse(samples.serializer().schema().toString());
    TypeSerializer<Object> bySchema = Serializers.ofSchema(schema);
    assertThat(bySchema.schema()).isEqualTo(schema);
    assertThat(bySchema.fixedLength()).isEqualTo(samples.serializer().fixedLength());
    for (T value : samples.values(new Random(SEED), RANDOM_VALUES)) {
      byte[] bytes = Bytes.of(samples.serializer(), value);
      BinaryInput in = new BinaryInput(bytes);

      Object read = bySchema.deserialize(in);

      assertThat(in.remaining()).isZero();
      assertThat(Bytes.of(bySchema, read)).as("%s", read).isEqualTo(bytes);
    }
  }

  @Test
  void ofSchema_namesWhatItReads() {
    TypeSerializer<Item> items = Serializers.record(Item.class);
    byte[] bytes = Bytes.of(items, new Item(null, Level.HIGH, Optional.of(7L)));

    Object read = Bytes.read(Serializers.ofSchema(items.schema()), bytes);

    assertThat(read).isInstanceOf(StoredRecord.class);
    StoredRecord item = (StoredRecord) read;
    assertThat(item.name()).isEqualTo(Item.class.getName());
    assertThat(item.components())
        .containsEntry("name", null)
        .containsEntry("level", "HIGH")
        .containsEntry("count", Optional.of(7L));
  }

  @Test
  void ofSchema_unknownWord() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.ofSchema(TypeSchema.parse("list(tensor(int8))")))
        .withMessage("a type that is not known here: list(tensor(int8))");
  }

  /** Makes a schema with a value of it. */
  private static final class Generator {
    private final Random random;

    Generator(Random random) {
      this.random = random;
    }

    String schema(int depth) {
      String[] simple = {"int8", "int32", "int64", "float64", "bool", "string", "bytes", "instant"};
      return switch (depth == 0 ? 0 : random.nextInt(8)) {
        case 1 -> "list(" + schema(depth - 1) + ")";
        case 2 -> "map(string, " + schema(depth - 1) + ")";
        case 3 -> "optional(" + schema(depth - 1) + ")";
        case 4 -> "enum \"E\"(\"A\", \"B\", \"C\")";
        case 5 -> members("record \"R\"", depth, true);
        case 6 -> members("union \"U\"", depth, false);
        default -> simple[random.nextInt(simple.length)];
      };
    }

    private String members(String word, int depth, boolean nullable) {
      StringBuilder text = new StringBuilder(word).append('(');
      for (int i = 0; i <= random.nextInt(4); i++) {
        String part = schema(depth - 1);
        String separator = i == 0 ? "" : ", ";
        text.append(separator).append("\"m").append(i).append("\": ");
        text.append(nullable && random.nextBoolean() ? "nullable(" + part + ")" : part);
      }
      return text.append(')').toString();
    }

    Object value(TypeSchema schema) {
      return switch (schema.type()) {
        case "int8" -> (byte) random.nextInt();
        case "int32" -> random.nextInt();
        case "int64" -> random.nextLong();
        case "float64" -> random.nextDouble();
        case "bool" -> random.nextBoolean();
        case "string" -> Long.toString(random.nextLong(), 36);
        case "bytes" -> new byte[random.nextInt(5)];
        case "instant" -> java.time.Instant.ofEpochSecond(random.nextInt(), random.nextInt(1000));
        case "list" -> List.of(value(part(schema, 0)), value(part(schema, 0)));
        case "map" -> Map.of("k", value(part(schema, 1)));
        case "optional" ->
            random.nextBoolean() ? Optional.empty() : Optional.of(value(part(schema, 0)));
        case "enum" -> schema.members().get(random.nextInt(3)).name();
        case "union" -> {
          int index = random.nextInt(schema.members().size());
          yield new StoredCase(schema.members().get(index).name(), value(part(schema, index)));
        }
        default -> record(schema);
      };
    }

    private StoredRecord record(TypeSchema schema) {
      Map<String, Object> components = new java.util.LinkedHashMap<>();
      for (int i = 0; i < schema.members().size(); i++) {
        TypeSchema type = part(schema, i);
        boolean isNull = type.type().equals("nullable") && random.nextBoolean();
        components.put(
            schema.members().get(i).name(),
            isNull ? null : value(type.type().equals("nullable") ? part(type, 0) : type));
      }
      return new StoredRecord(schema.name(), components);
    }

    private static TypeSchema part(TypeSchema schema, int index) {
      return schema.members().get(index).schema();
    }
  }

  @Test
  void ofSchema_generatedTypes_roundTrip() {
    for (int i = 0; i < RANDOM_SCHEMAS; i++) {
      long seed = SEED + i;
      Generator generator = new Generator(new Random(seed));
      TypeSchema schema = TypeSchema.parse(generator.schema(4));
      TypeSerializer<Object> serializer = Serializers.ofSchema(schema);
      Object value = generator.value(schema);
      byte[] bytes = Bytes.of(serializer, value);
      assertThat(Bytes.of(serializer, Bytes.read(serializer, bytes)))
          .as("%s, -Dtest.seed=%d", schema, seed)
          .isEqualTo(bytes);
    }
  }

  /**
   * Damaged bytes are read as another value or refused, by the real serializers and by the schema
   * alone; and what is allocated meanwhile is bounded by the bytes, not by what they claim.
   */
  @ParameterizedTest
  @MethodSource("types")
  <T> void deserialize_damaged_isReadOrRefused(Samples<T> samples) {
    TypeSerializer<?> bySchema = Serializers.ofSchema(samples.serializer().schema());
    Random random = new Random(SEED);
    for (T value : samples.values(random, 4)) {
      byte[] bytes = Bytes.of(samples.serializer(), value);
      for (int i = 0; i < 40 && bytes.length > 0; i++) {
        byte[] damaged =
            random.nextBoolean()
                ? Arrays.copyOf(bytes, random.nextInt(bytes.length))
                : bytes.clone();
        for (int n = 0; n < 3 && damaged.length > 0; n++) {
          damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        readOrRefuse(samples.serializer(), damaged);
        readOrRefuse(bySchema, damaged);
      }
    }
  }

  private static void readOrRefuse(TypeSerializer<?> serializer, byte[] bytes) {
    try {
      assertThat((Object) serializer.deserialize(new BinaryInput(bytes))).isNotNull();
    } catch (StateException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
  }

  @Test
  void deserialize_hugeCounts_allocateLittle() {
    byte[] huge = {-1, -1, -1, -1, 7};
    List<String> schemas = new ArrayList<>();
    for (String part : List.of("int8", "int64", "string", "record \"R\"(\"a\": int64)")) {
      schemas.addAll(
          List.of(
              "list(" + part + ")",
              "set(" + part + ")",
              "array(" + part + ")",
              "map(" + part + ", " + part + ")",
              "list(list(list(" + part + ")))"));
    }
    schemas.addAll(List.of("string", "bytes", "bigint", "kryo \"K\""));
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    for (String schema : schemas) {
      TypeSerializer<?> serializer = Serializers.ofSchema(TypeSchema.parse(schema));
      readOrRefuse(serializer, huge);
      long before = threads.getCurrentThreadAllocatedBytes();
      readOrRefuse(serializer, huge);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before)
          .as(schema)
          .isLessThan(256 << 10);
    }
  }
}
