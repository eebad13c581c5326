// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BinaryOperator;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/** The entries behind {@link EntryType}. */
final class EntryTypes {
  private static final int BYTES_LENGTH = 128;
  private static final int PAGE_COUNT = 1000;

  /** Odd, so that multiplying by it gives a different key for each number. */
  private static final long SPREAD = 0x9E3779B97F4A7C15L;

  private static final String[] PAGES = pages();

  private EntryTypes() {}

  private static String[] pages() {
    String[] pages = new String[PAGE_COUNT];
    Arrays.setAll(pages, i -> "/shop/articles/" + i);
    return pages;
  }

  static <V> Entries<Long, V> longKeyed(
      Class<V> valueClass,
      TypeSerializer<V> valueSerializer,
      LongFunction<V> value,
      ToLongFunction<V> read,
      BinaryOperator<V> combine) {
    return new LongKeyed<>(valueClass, valueSerializer, value, read, combine);
  }

  static <V> Entries<String, V> stringKeyed(
      Class<V> valueClass,
      TypeSerializer<V> valueSerializer,
      LongFunction<V> value,
      ToLongFunction<V> read,
      BinaryOperator<V> combine) {
    return new StringKeyed<>(valueClass, valueSerializer, value, read, combine);
  }

  static Event event(long number) {
    return new Event(
        number, 1, number, PAGES[(int) Long.remainderUnsigned(number, PAGE_COUNT)], false);
  }

  static byte[] bytes(long number) {
    byte[] bytes = new byte[BYTES_LENGTH];
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[i] = (byte) (number >>> (Byte.SIZE * i));
    }
    return bytes;
  }

  static byte[] combineBytes(byte[] stored, byte[] added) {
    byte[] bytes = stored.clone();
    bytes[0] += added[0];
    return bytes;
  }

  private record LongKeyed<V>(
      Class<V> valueClass,
      TypeSerializer<V> valueSerializer,
      LongFunction<V> makeValue,
      ToLongFunction<V> reader,
      BinaryOperator<V> combiner)
      implements Entries<Long, V> {

    @Override
    public Class<Long> keyClass() {
      return Long.class;
    }

    @Override
    public TypeSerializer<Long> keySerializer() {
      return Serializers.LONG;
    }

    @Override
    public Long key(long number) {
      return number * SPREAD;
    }

    @Override
    public V value(long number) {
      return makeValue.apply(number);
    }

    @Override
    public long read(V value) {
      return reader.applyAsLong(value);
    }

    @Override
    public V combine(V stored, V added) {
      return combiner.apply(stored, added);
    }

    @Override
    public KeyCursor<Long> cursor(int[] numbers) {
      return new LongCursor(numbers);
    }
  }

  /** Boxes each key anew, as it comes out of a record. */
  private static final class LongCursor implements KeyCursor<Long> {
    private final long[] keys;
    private int position;

    LongCursor(int[] numbers) {
      keys = Arrays.stream(numbers).mapToLong(number -> number * SPREAD).toArray();
    }

    @Override
    public Long next() {
      int current = position;
      position = current + 1 == keys.length ? 0 : current + 1;
      return keys[current];
    }
  }

  private record StringKeyed<V>(
      Class<V> valueClass,
      TypeSerializer<V> valueSerializer,
      LongFunction<V> makeValue,
      ToLongFunction<V> reader,
      BinaryOperator<V> combiner)
      implements Entries<String, V> {

    @Override
    public Class<String> keyClass() {
      return String.class;
    }

    @Override
    public TypeSerializer<String> keySerializer() {
      return Serializers.STRING;
    }

    @Override
    public String key(long number) {
      return "user-" + Long.toUnsignedString(number * SPREAD, 36);
    }

    @Override
    public V value(long number) {
      return makeValue.apply(number);
    }

    @Override
    public long read(V value) {
      return reader.applyAsLong(value);
    }

    @Override
    public V combine(V stored, V added) {
      return combiner.apply(stored, added);
    }

    @Override
    public KeyCursor<String> cursor(int[] numbers) {
      return new StringCursor(Arrays.stream(numbers).mapToObj(this::key).toArray(String[]::new));
    }
  }

  /** Makes each string anew from the bytes of a record, so that none brings its hash with it. */
  private static final class StringCursor implements KeyCursor<String> {
    private final byte[] bytes;

    /** Where each key begins, and where the last one ends. */
    private final int[] bounds;

    private int position;

    StringCursor(String[] keys) {
      bounds = new int[keys.length + 1];
      for (int i = 0; i < keys.length; i++) {
        bounds[i + 1] = bounds[i] + keys[i].length();
      }
      bytes = String.join("", keys).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String next() {
      int current = position;
      position = current + 2 == bounds.length ? 0 : current + 1;
      int from = bounds[current];
      return new String(bytes, from, bounds[current + 1] - from, StandardCharsets.ISO_8859_1);
    }
  }
}
