// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.kryo.KryoSerializer;
import io.statebackend.core.serialization.kryo.KryoSettings;
import io.statebackend.core.serialization.records.SealedCases;
import io.statebackend.core.serialization.schema.KeyTypes;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.types.ArraySerializer;
import io.statebackend.core.serialization.types.BigNumberSerializers;
import io.statebackend.core.serialization.types.BitSetSerializer;
import io.statebackend.core.serialization.types.BytesSerializer;
import io.statebackend.core.serialization.types.CollectionSerializer;
import io.statebackend.core.serialization.types.EnumSerializer;
import io.statebackend.core.serialization.types.InstantSerializer;
import io.statebackend.core.serialization.types.LocalDateSerializer;
import io.statebackend.core.serialization.types.MapSerializer;
import io.statebackend.core.serialization.types.OptionalSerializer;
import io.statebackend.core.serialization.types.PrimitiveArraySerializer;
import io.statebackend.core.serialization.types.PrimitiveSerializers;
import io.statebackend.core.serialization.types.StringSerializer;
import io.statebackend.core.serialization.types.TimeSerializers;
import io.statebackend.core.serialization.types.UtilSerializers;
import io.statebackend.core.serialization.types.UuidSerializer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.Currency;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;

/**
 * The serializers of the common types.
 *
 * <p>All are immutable and thread-safe. Their bytes are specified in
 * docs/format/serialized-types-v1.md and never change.
 */
public final class Serializers {
  /** Booleans, one byte. */
  public static final LongEncodedSerializer<Boolean> BOOLEAN = new PrimitiveSerializers.OfBoolean();

  /** Bytes, one byte. */
  public static final LongEncodedSerializer<Byte> BYTE = new PrimitiveSerializers.OfByte();

  /** Shorts, 2 bytes. */
  public static final LongEncodedSerializer<Short> SHORT = new PrimitiveSerializers.OfShort();

  /** Chars, 2 bytes. */
  public static final LongEncodedSerializer<Character> CHAR = new PrimitiveSerializers.OfChar();

  /** Ints, 4 bytes. */
  public static final LongEncodedSerializer<Integer> INT = new PrimitiveSerializers.OfInt();

  /** Longs, 8 bytes. */
  public static final LongEncodedSerializer<Long> LONG = new PrimitiveSerializers.OfLong();

  /** Floats, 4 bytes. All NaNs are one value; 0.0 and -0.0 are two. */
  public static final LongEncodedSerializer<Float> FLOAT = new PrimitiveSerializers.OfFloat();

  /** Doubles, 8 bytes. All NaNs are one value; 0.0 and -0.0 are two. */
  public static final LongEncodedSerializer<Double> DOUBLE = new PrimitiveSerializers.OfDouble();

  /** Strings, as their length in UTF-8 bytes and these bytes. */
  public static final TypeSerializer<String> STRING = new StringSerializer();

  /** Byte arrays, as their length and content. */
  public static final TypeSerializer<byte[]> BYTES = new BytesSerializer();

  /** UUIDs, 16 bytes. */
  public static final TypeSerializer<java.util.UUID> UUID = new UuidSerializer();

  /** Integers of any size. */
  public static final TypeSerializer<BigInteger> BIG_INTEGER = BigNumberSerializers.bigInteger();

  /** Decimal numbers of any size. As for {@code equals}, 2.0 and 2.00 are two values. */
  public static final TypeSerializer<BigDecimal> BIG_DECIMAL = BigNumberSerializers.bigDecimal();

  /** Instants, 12 bytes. */
  public static final TypeSerializer<Instant> INSTANT = new InstantSerializer();

  /** Durations, 12 bytes. */
  public static final TypeSerializer<Duration> DURATION = TimeSerializers.duration();

  /** Periods, 12 bytes. */
  public static final TypeSerializer<Period> PERIOD = TimeSerializers.period();

  /** Dates, 8 bytes. */
  public static final LongEncodedSerializer<LocalDate> LOCAL_DATE = new LocalDateSerializer();

  /** Times of a day, 8 bytes. */
  public static final TypeSerializer<LocalTime> LOCAL_TIME = TimeSerializers.localTime();

  /** Dates with times, 16 bytes. */
  public static final TypeSerializer<LocalDateTime> LOCAL_DATE_TIME =
      TimeSerializers.localDateTime();

  /** Dates with times and an offset from UTC, 20 bytes. */
  public static final TypeSerializer<OffsetDateTime> OFFSET_DATE_TIME =
      TimeSerializers.offsetDateTime();

  /** Dates with times in a time zone. */
  public static final TypeSerializer<ZonedDateTime> ZONED_DATE_TIME =
      TimeSerializers.zonedDateTime();

  /** Months of a year, 5 bytes. */
  public static final TypeSerializer<YearMonth> YEAR_MONTH = TimeSerializers.yearMonth();

  /** Offsets from UTC, 4 bytes. */
  public static final TypeSerializer<ZoneOffset> ZONE_OFFSET = TimeSerializers.zoneOffset();

  /**
   * Time zones, by their ids. A time zone that this JVM does not know is refused when it is read.
   */
  public static final TypeSerializer<ZoneId> ZONE_ID = TimeSerializers.zoneId();

  /**
   * Currencies, by their codes. A currency that this JVM does not know is refused when it is read.
   */
  public static final TypeSerializer<Currency> CURRENCY = UtilSerializers.currency();

  /** Locales, with script, variant and extensions. */
  public static final TypeSerializer<Locale> LOCALE = UtilSerializers.locale();

  /**
   * URIs, by their text. They cannot be keys, because equal URIs may differ in upper and lower
   * case.
   */
  public static final TypeSerializer<java.net.URI> URI = UtilSerializers.uri();

  /** Bit sets, as their length in bytes and these bytes. Their capacity is not kept. */
  public static final TypeSerializer<BitSet> BIT_SET = new BitSetSerializer();

  /** Arrays of boolean, as their length and elements. */
  public static final TypeSerializer<boolean[]> BOOLEAN_ARRAY = PrimitiveArraySerializer.booleans();

  /** Arrays of short, as their length and elements. */
  public static final TypeSerializer<short[]> SHORT_ARRAY = PrimitiveArraySerializer.shorts();

  /** Arrays of char, as their length and elements. */
  public static final TypeSerializer<char[]> CHAR_ARRAY = PrimitiveArraySerializer.chars();

  /** Arrays of int, as their length and elements. */
  public static final TypeSerializer<int[]> INT_ARRAY = PrimitiveArraySerializer.ints();

  /** Arrays of long, as their length and elements. */
  public static final TypeSerializer<long[]> LONG_ARRAY = PrimitiveArraySerializer.longs();

  /** Arrays of float, as their length and elements. */
  public static final TypeSerializer<float[]> FLOAT_ARRAY = PrimitiveArraySerializer.floats();

  /** Arrays of double, as their length and elements. */
  public static final TypeSerializer<double[]> DOUBLE_ARRAY = PrimitiveArraySerializer.doubles();

  private Serializers() {}

  /**
   * Returns the serializer of lists. Lists are read back as {@link java.util.ArrayList}s.
   *
   * @param element the serializer of the elements, which are never {@code null}
   * @param <E> the type of the elements
   * @return the serializer
   * @throws IllegalArgumentException if elements take no bytes
   */
  public static <E> TypeSerializer<List<E>> list(TypeSerializer<E> element) {
    return CollectionSerializer.list(element);
  }

  /**
   * Returns the serializer of deques, in the form of lists. They are read back as {@link
   * java.util.ArrayDeque}s, which have no {@code equals}: compare the elements.
   *
   * @param element the serializer of the elements
   * @param <E> the type of the elements
   * @return the serializer
   * @throws IllegalArgumentException if the elements take no bytes
   */
  public static <E> TypeSerializer<Deque<E>> deque(TypeSerializer<E> element) {
    return CollectionSerializer.deque(element);
  }

  /**
   * Returns the serializer of sets of constants of an enum, in the form of sets.
   *
   * @param type the enum
   * @param <E> the enum
   * @return the serializer
   */
  public static <E extends Enum<E>> TypeSerializer<EnumSet<E>> enumSet(Class<E> type) {
    return CollectionSerializer.enumSet(type, enums(type));
  }

  /**
   * Returns the serializer of sets in the natural order of their elements, in the form of sets.
   * They are read back as {@link java.util.TreeSet}s. A set with a comparator is refused when it is
   * written, with an {@link IllegalArgumentException}.
   *
   * @param element the serializer of the elements
   * @param <E> the type of the elements
   * @return the serializer
   * @throws IllegalArgumentException if the elements take no bytes
   */
  public static <E extends Comparable<? super E>> TypeSerializer<NavigableSet<E>> sortedSet(
      TypeSerializer<E> element) {
    return CollectionSerializer.sortedSet(element);
  }

  /**
   * Returns the serializer of maps whose keys are the constants of an enum, in the form of maps.
   *
   * @param keyType the enum
   * @param value the serializer of the values
   * @param <K> the enum
   * @param <V> the type of the values
   * @return the serializer
   */
  public static <K extends Enum<K>, V> TypeSerializer<EnumMap<K, V>> enumMap(
      Class<K> keyType, TypeSerializer<V> value) {
    return MapSerializer.ofEnum(keyType, enums(keyType), value);
  }

  /**
   * Returns the serializer of maps in the natural order of their keys, in the form of maps. They
   * are read back as {@link java.util.TreeMap}s. A map with a comparator is refused when it is
   * written, with an {@link IllegalArgumentException}.
   *
   * @param key the serializer of the keys
   * @param value the serializer of the values
   * @param <K> the type of the keys
   * @param <V> the type of the values
   * @return the serializer
   * @throws IllegalArgumentException if the keys take no bytes
   */
  public static <K extends Comparable<? super K>, V> TypeSerializer<NavigableMap<K, V>> sortedMap(
      TypeSerializer<K> key, TypeSerializer<V> value) {
    return MapSerializer.sorted(key, value);
  }

  /**
   * Returns the serializer of sets. Sets are read back as {@link java.util.LinkedHashSet}s with the
   * order they were written in. As equal sets may have different orders, they are no key type: see
   * {@link #checkKey}.
   *
   * @param element the serializer of the elements, which are never {@code null}
   * @param <E> the type of the elements, which has {@code equals} and {@code hashCode}
   * @return the serializer
   * @throws IllegalArgumentException if elements take no bytes
   */
  public static <E> TypeSerializer<Set<E>> set(TypeSerializer<E> element) {
    return CollectionSerializer.set(element);
  }

  /**
   * Returns the serializer of maps. Maps are read back as {@link java.util.LinkedHashMap}s with the
   * order they were written in. As equal maps may have different orders, they are no key type: see
   * {@link #checkKey}.
   *
   * @param key the serializer of the keys, which are never {@code null}
   * @param value the serializer of the values, which are never {@code null}
   * @param <K> the type of the keys, which has {@code equals} and {@code hashCode}
   * @param <V> the type of the values
   * @return the serializer
   * @throws IllegalArgumentException if keys take no bytes
   */
  public static <K, V> TypeSerializer<Map<K, V>> map(
      TypeSerializer<K> key, TypeSerializer<V> value) {
    return MapSerializer.linked(key, value);
  }

  /**
   * Returns the serializer of values that may be absent.
   *
   * @param element the serializer of the value
   * @param <E> the type of the value
   * @return the serializer
   */
  public static <E> TypeSerializer<Optional<E>> optional(TypeSerializer<E> element) {
    return new OptionalSerializer<>(element);
  }

  /**
   * Returns the serializer of arrays of objects. For those of a primitive type there are constants.
   *
   * @param elementType the class of the elements
   * @param element the serializer of the elements, which are never {@code null}
   * @param <E> the type of the elements
   * @return the serializer
   * @throws IllegalArgumentException if elements take no bytes
   */
  public static <E> TypeSerializer<E[]> array(Class<E> elementType, TypeSerializer<E> element) {
    return new ArraySerializer<>(elementType, element);
  }

  /**
   * Returns the serializer of an enum. Constants are stored by name. Their order may change and new
   * ones may be added. A removed constant is an error only if the stored state contains it.
   *
   * @param type the enum
   * @param <E> the enum
   * @return the serializer
   */
  public static <E extends Enum<E>> TypeSerializer<E> enums(Class<E> type) {
    return new EnumSerializer<>(type);
  }

  /**
   * Returns the serializer of a record. It writes component by component, with the serializers that
   * {@link #of} finds for their declared types, including types such as {@code List<Long>}.
   * Components that are not primitives may be {@code null}. A record may contain itself, up to 256
   * levels deep.
   *
   * @param type the record, which is not generic
   * @param <R> the record
   * @return the serializer
   * @throws IllegalArgumentException if a component has no serializer; says which, why and what to
   *     do
   */
  public static <R extends Record> TypeSerializer<R> record(Class<R> type) {
    return TypeResolver.resolve(type);
  }

  /**
   * Begins to set up the serializer of a record, if annotations cannot say which components were
   * renamed, or which value new ones get.
   *
   * @param type the record, which is not generic
   * @param <R> the record
   * @return a builder
   */
  public static <R extends Record> RecordSerializerBuilder<R> recordBuilder(Class<R> type) {
    return new RecordSerializerBuilder<>(type);
  }

  /**
   * Returns the serializer of any class by Kryo.
   *
   * <p>Objects are written field by field, without transient fields, and objects may refer to each
   * other in any way. Only registered classes are written and read. The classes that the declared
   * types of fields name are registered automatically, and so are the usual collections. Name the
   * classes here that are only known at run time, such as the content of a field of type {@code
   * Object}. An object of a class that is not registered is an {@link IllegalArgumentException},
   * which prints the line to write.
   *
   * <p>As a key type use a record instead; see {@link #checkKey}.
   *
   * @param type the class or interface of the values
   * @param more classes that the declared types do not name
   * @param <T> the type of the values
   * @return the serializer
   * @throws IllegalArgumentException if values of the class cannot be written
   */
  public static <T> TypeSerializer<T> kryo(Class<T> type, Class<?>... more) {
    return KryoSerializer.of(type, KryoSettings.of(type, List.of(more)));
  }

  /**
   * Begins to set up the serializer of a class by Kryo, if {@link #kryo} is not enough: for classes
   * with Kryo serializers of their own, classes that were renamed, and classes that are gone.
   *
   * @param type the class or interface of the values
   * @param <T> the type of the values
   * @return a builder
   */
  public static <T> KryoSerializerBuilder<T> kryoBuilder(Class<T> type) {
    return new KryoSerializerBuilder<>(type);
  }

  /**
   * Returns the serializer of a sealed interface in which every case is a record or an enum. It
   * writes which case it is, and its value. Cases are known by the simple names of their classes,
   * and may contain the interface again, up to 256 levels deep.
   *
   * @param type the interface, which is not generic
   * @param <T> the interface
   * @return the serializer
   * @throws IllegalArgumentException if a case is neither, or has no serializer; says which, why
   *     and what to do
   */
  public static <T> TypeSerializer<T> sealed(Class<T> type) {
    if (!SealedCases.areValues(type)) {
      throw new IllegalArgumentException(
          type.getTypeName()
              + " is no sealed interface of records and enums; write it by Serializers.kryo("
              + type.getSimpleName()
              + ".class)");
    }
    return TypeResolver.resolve(type);
  }

  /**
   * Returns the serializer of a class: the built-in one if there is one, that of an enum, an array,
   * a record or a sealed interface of records and enums, and Kryo's for any other class.
   *
   * @param type the class, which is not generic
   * @param <T> the type of the values
   * @return the serializer
   * @throws IllegalArgumentException if there is none; says why and what to do
   */
  public static <T> TypeSerializer<T> of(Class<T> type) {
    return TypeResolver.resolve(type);
  }

  /**
   * Returns the serializer of a captured generic type, found as by {@link #of(Class)}.
   *
   * @param type the type, such as {@code new TypeRef<Map<String, List<Long>>>() {}}
   * @param <T> the type of the values
   * @return the serializer
   * @throws IllegalArgumentException if there is none; says why and what to do
   */
  public static <T> TypeSerializer<T> of(TypeRef<T> type) {
    return TypeResolver.resolve(type);
  }

  /**
   * Returns a serializer that needs no classes, only the schema that was stored with the values. It
   * reads simple types and collections as the Java classes they were, records as {@link
   * StoredRecord}, cases of sealed interfaces as {@link StoredCase}, constants of enums as their
   * names, arrays as lists, and what Kryo wrote as {@link StoredObject}; and writes the same.
   *
   * @param schema the schema, as found in a snapshot
   * @return the serializer
   * @throws IllegalArgumentException if the schema has an unknown word
   */
  public static TypeSerializer<Object> ofSchema(TypeSchema schema) {
    return SchemaSerializers.find(StoredType.of(schema))
        .orElseThrow(
            () -> new IllegalArgumentException("a type that is not known here: " + schema));
  }

  /**
   * Checks that values of a type can be keys, namespaces or user keys of maps: two of them must be
   * equal if and only if their bytes are. Sets, maps, and types that contain one, are refused.
   * Objects that Kryo writes are accepted only if their fields contain no collections, arrays or
   * other objects, and their {@code equals} has to compare all fields.
   *
   * @param serializer the serializer of the values
   * @param role what they are meant to be, for the message, such as {@code "key"}
   * @throws IllegalArgumentException if they cannot be
   */
  public static void checkKey(TypeSerializer<?> serializer, String role) {
    KeyTypes.check(serializer, role);
  }
}
