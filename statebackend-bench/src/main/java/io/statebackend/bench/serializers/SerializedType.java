// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import io.statebackend.core.serialization.Serializers;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** What is serialized. */
// A form holds serializers and functions; any constant will do.
@SuppressWarnings({"ImmutableEnumChecker", "EnumOrdinal"})
public enum SerializedType {
  BOOLEAN(TypeForm.of(Serializers.BOOLEAN, flink(Boolean.class), i -> i % 2 == 0, Boolean.class)),
  SHORT(TypeForm.of(Serializers.SHORT, flink(Short.class), i -> (short) i, Short.class)),
  INT(TypeForm.of(Serializers.INT, flink(Integer.class), i -> i * 1_000_003, Integer.class)),
  LONG(TypeForm.of(Serializers.LONG, flink(Long.class), i -> i * 1_000_000_007L, Long.class)),
  DOUBLE(TypeForm.of(Serializers.DOUBLE, flink(Double.class), i -> i / 7.0, Double.class)),
  /** 20 to 22 characters of ASCII. */
  STRING(
      TypeForm.of(
          Serializers.STRING, flink(String.class), i -> "/shop/articles/id-" + i, String.class)),
  /** The same length, with an umlaut and a euro sign. */
  STRING_UNICODE(
      TypeForm.of(
          Serializers.STRING, flink(String.class), i -> "/shop/zubehör/€/id-" + i, String.class)),
  BYTES(TypeForm.of(Serializers.BYTES, flink(byte[].class), i -> new byte[100 + i], byte[].class)),
  LONG_ARRAY(
      TypeForm.of(Serializers.LONG_ARRAY, flink(long[].class), i -> new long[16], long[].class)),
  BIG_INTEGER(
      TypeForm.of(
          Serializers.BIG_INTEGER,
          flink(BigInteger.class),
          i -> BigInteger.ONE.shiftLeft(i + 30),
          BigInteger.class)),
  BIG_DECIMAL(
      TypeForm.of(
          Serializers.BIG_DECIMAL,
          flink(BigDecimal.class),
          i -> BigDecimal.valueOf(i * 1_000_000_007L, 2),
          BigDecimal.class)),
  ENUM(
      TypeForm.of(
          Serializers.enums(Color.class),
          flink(Color.class),
          i -> Color.values()[i % 6],
          Color.class)),
  INSTANT(
      TypeForm.of(
          Serializers.INSTANT,
          flink(Instant.class),
          i -> Instant.ofEpochSecond(1_700_000_000L + i, i),
          Instant.class)),
  LOCAL_DATE_TIME(
      TypeForm.of(
          Serializers.LOCAL_DATE_TIME,
          flink(LocalDateTime.class),
          i -> LocalDateTime.ofEpochSecond(1_700_000_000L + i, i, ZoneOffset.UTC),
          LocalDateTime.class)),
  LIST_OF_LONG(
      TypeForm.of(
          Serializers.list(Serializers.LONG),
          flink(new TypeHint<List<Long>>() {}),
          i -> new ArrayList<>(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, (long) i)),
          ArrayList.class)),
  MAP_OF_STRING_TO_LONG(
      TypeForm.of(
          Serializers.map(Serializers.STRING, Serializers.LONG),
          flink(new TypeHint<Map<String, Long>>() {}),
          i -> new HashMap<>(Map.of("views", 1L, "clicks", 2L, "orders", (long) i)),
          HashMap.class)),
  /** Seven components; for Flink and Kryo a POJO of the same fields. */
  RECORD(
      new TypeForm<>(
          Serializers.record(Click.class),
          Click::of,
          flink(ClickPojo.class),
          ClickPojo::of,
          List.of(ClickPojo.class))),
  /** The same record for all. */
  RECORD_AS_RECORD(
      TypeForm.of(Serializers.record(Click.class), flink(Click.class), Click::of, Click.class)),
  /** Two records of seven components and a list inside; for Flink and Kryo POJOs. */
  NESTED_RECORD(
      new TypeForm<>(
          Serializers.record(Visit.class),
          Visit::of,
          flink(VisitPojo.class),
          VisitPojo::of,
          List.of(VisitPojo.class, ClickPojo.class, ArrayList.class))),
  /** A class by Kryo; for Flink by its Kryo, too. */
  CLASS_BY_KRYO(
      TypeForm.of(Serializers.kryo(ClickPojo.class), flinkKryo(), ClickPojo::of, ClickPojo.class));

  private final TypeForm<?, ?> form;

  SerializedType(TypeForm<?, ?> form) {
    this.form = form;
  }

  TypeForm<?, ?> form() {
    return form;
  }

  private static <T> TypeSerializer<T> flink(Class<T> type) {
    return TypeInformation.of(type).createSerializer(new SerializerConfigImpl());
  }

  private static <T> TypeSerializer<T> flink(TypeHint<T> type) {
    return TypeInformation.of(type).createSerializer(new SerializerConfigImpl());
  }

  private static TypeSerializer<ClickPojo> flinkKryo() {
    SerializerConfigImpl config = new SerializerConfigImpl();
    config.registerKryoType(ClickPojo.class);
    return new org.apache.flink.api.java.typeutils.GenericTypeInfo<>(ClickPojo.class)
        .createSerializer(config);
  }
}
