// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CompactSerializer;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import org.jspecify.annotations.Nullable;

/**
 * Says which parts the entries of a table have, and where each part is in a {@link Chunk}.
 *
 * <p>Every entry has a word, never 0 for objects: the key itself if it is encoded as a number and
 * there are no namespaces, otherwise a hash of key and namespace. A slot of a chunk is
 *
 * <pre>
 * longs:    word [value, if it is encoded as a number]
 * objects:  [key, if the word is a hash] [namespace, if there are any] [value, if it is an object]
 * </pre>
 *
 * <p>A key that is an object is stored in its compact form, if its serializer has one.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> what is stored per key and namespace
 */
final class EntryLayout<K, N, V> {
  static final int ARRAY_HEADER_BYTES = 16;

  /** The size of a reference on heaps of less than 32 GiB. */
  static final int REFERENCE_BYTES = 4;

  /** Stands for the hash 0, which would mark an empty slot. */
  private static final long WORD_OF_HASH_ZERO = 0x5851F42D4C957F2DL;

  /**
   * How many of the lowest bits of a mixed word come from the key alone, so that the namespaces of
   * a key are found without looking at keys. They hardly influence where an entry is stored.
   */
  private static final int KEY_BITS = 20;

  private static final long KEY_BITS_MASK = (1L << KEY_BITS) - 1;

  private static final byte[] NO_BYTES = {};

  private final TypeSerializer<K> keys;
  private final TypeSerializer<N> namespaces;
  private final boolean namespaced;
  private final @Nullable LongEncodedSerializer<K> longKeys;
  private final @Nullable CompactSerializer<K> compactKeys;
  private final @Nullable LongEncodedSerializer<V> longValues;
  private final int valueOffset;

  /** The namespace of all entries if there are no namespaces, otherwise null. */
  private final @Nullable N soleNamespace;

  /** The binary logarithm of the number of longs per slot. */
  final int longShift;

  /** The number of objects per slot. */
  final int objectStride;

  final Images images;

  /** Created on first use; only the owner uses it. */
  private int @Nullable [] slotScratch;

  EntryLayout(
      TypeSerializer<K> keys,
      TypeSerializer<N> namespaces,
      @Nullable LongEncodedSerializer<V> longValues,
      Images images) {
    this.keys = keys;
    this.namespaces = namespaces;
    this.namespaced = namespaces.fixedLength() != 0;
    this.longKeys = namespaced ? null : longEncoded(keys);
    this.compactKeys = keys instanceof CompactSerializer<K> compact ? compact : null;
    this.longValues = longValues;
    this.valueOffset = longKeys != null ? 0 : namespaced ? 2 : 1;
    this.longShift = longValues != null ? 1 : 0;
    this.objectStride = longValues != null ? valueOffset : valueOffset + 1;
    this.images = images;
    // No bytes tell the one from another, so there is but one.
    this.soleNamespace = namespaced ? null : namespaces.deserialize(new BinaryInput());
  }

  /** Returns one with serializers of its own; this one, if they are thread-safe. */
  EntryLayout<K, N, V> duplicate() {
    TypeSerializer<K> ownKeys = keys.duplicate();
    TypeSerializer<N> ownNamespaces = namespaces.duplicate();
    LongEncodedSerializer<V> ownValues =
        longValues == null ? null : (LongEncodedSerializer<V>) longValues.duplicate();
    return ownKeys == keys && ownNamespaces == namespaces && ownValues == longValues
        ? this
        : new EntryLayout<>(ownKeys, ownNamespaces, ownValues, images);
  }

  /** Returns the serializer if it encodes numbers, or null. */
  static <T> @Nullable LongEncodedSerializer<T> longEncoded(TypeSerializer<T> serializer) {
    return serializer instanceof LongEncodedSerializer<T> numbers ? numbers : null;
  }

  /** Returns room to note each slot of two chunks in, until a chunk is next resized or split. */
  int[] slotScratch() {
    int[] present = slotScratch;
    if (present == null) {
      present = new int[2 * (Chunk.CAPACITY_MAX + 1)];
      slotScratch = present;
    }
    return present;
  }

  /** Tells whether words are keys, of which 0 is a legal one, and not hashes. */
  boolean wordsAreKeys() {
    return longKeys != null;
  }

  /** Tells whether an entry is serialized as its two numbers of eight bytes, the highest first. */
  boolean isTwoBigEndianLongs() {
    return longKeys != null
        && longValues != null
        && longKeys.isBigEndianLong()
        && longValues.isBigEndianLong();
  }

  /** Returns the word of the current key. */
  long word(KeyContext<K> context, N namespace) {
    return longKeys != null ? context.number() : hashWord(context.hash(), namespace);
  }

  /** Returns the current key, or null if the word is enough and the key is not needed. */
  @Nullable K objectKey(KeyContext<K> context) {
    return longKeys != null ? null : context.key();
  }

  /** Returns the word of a key. */
  long word(K key, N namespace) {
    if (longKeys != null) {
      return longKeys.toLong(key);
    }
    return hashWord(keys.stableHash(key), namespace);
  }

  private long hashWord(long keyHash, N namespace) {
    if (namespaced) {
      long hash = mix(keyHash ^ Long.rotateLeft(namespaces.stableHash(namespace), 29));
      return unmix((hash & ~KEY_BITS_MASK) | keyBits(keyHash));
    }
    return keyHash == 0 ? WORD_OF_HASH_ZERO : keyHash;
  }

  /**
   * Returns the bits of a mixed word that tell the key alone, where there are namespaces. Not 0.
   */
  private static long keyBits(long keyHash) {
    return (mix(keyHash) >>> (Long.SIZE - KEY_BITS)) | 1;
  }

  /** Tells whether a word of a table with namespaces may be that of a key. */
  boolean mayBeOf(long word, long keyHash) {
    return (mix(word) & KEY_BITS_MASK) == keyBits(keyHash);
  }

  /** Returns the namespace of all entries of a table without namespaces. */
  N soleNamespace() {
    return requireNonNull(soleNamespace);
  }

  boolean isNamespaced() {
    return namespaced;
  }

  boolean isSameKey(K a, K b) {
    return same(keys, a, b);
  }

  /**
   * Spreads a word over 64 bits: the highest choose the bucket, the lower half the slot. A
   * bijection. Words of one key group share their low bits, and numbers may differ in any bits, so
   * each half of the result depends on all bits of the word.
   */
  static long mix(long word) {
    long h = word * 0x9E3779B97F4A7C15L;
    h = (h ^ h >>> 32) * 0xD1342543DE82EF95L;
    return h;
  }

  /** Returns the word that {@link #mix} spreads to a hash. */
  private static long unmix(long hash) {
    long h = hash * 0x572B5EE77A54E3BDL;
    return (h ^ h >>> 32) * 0xF1DE83E19937733DL;
  }

  /** Tells whether the entry in a slot, whose word is the right one, is that of a key. */
  boolean isKey(Chunk chunk, int slot, K key, N namespace) {
    return longKeys != null
        || (isStored(chunk.objects[slot * objectStride], key)
            && (!namespaced || same(namespaces, namespace(chunk, slot), namespace)));
  }

  /** Tells whether an object of a chunk is the stored form of a key. */
  @SuppressWarnings("unchecked")
  boolean isStored(Object stored, K key) {
    return compactKeys != null ? compactKeys.isCompactOf(stored, key) : same(keys, (K) stored, key);
  }

  private static <T> boolean same(TypeSerializer<T> serializer, T a, T b) {
    return a == b || serializer.equal(a, b);
  }

  @SuppressWarnings("unchecked")
  K key(Chunk chunk, int slot) {
    if (longKeys != null) {
      return longKeys.fromLong(chunk.longs[slot << longShift]);
    }
    Object stored = chunk.objects[slot * objectStride];
    return compactKeys != null ? compactKeys.expand(stored) : (K) stored;
  }

  /**
   * Returns the namespace in a slot; in a table without namespaces, the one that stands for all.
   */
  @SuppressWarnings("unchecked")
  N namespace(Chunk chunk, int slot) {
    N sole = soleNamespace;
    return sole != null ? sole : (N) chunk.objects[slot * objectStride + 1];
  }

  @SuppressWarnings("unchecked")
  V value(Chunk chunk, int slot) {
    return longValues != null
        ? longValues.fromLong(chunk.longs[(slot << 1) + 1])
        : (V) chunk.objects[slot * objectStride + valueOffset];
  }

  void setValue(Chunk chunk, int slot, V value) {
    if (longValues != null) {
      chunk.longs[(slot << 1) + 1] = longValues.toLong(value);
    } else {
      chunk.objects[slot * objectStride + valueOffset] = value;
    }
  }

  /** Puts an entry in the slot that {@link Chunk#find} gave for it. */
  void putAbsent(Chunk chunk, int slot, long word, @Nullable K key, N namespace, V value) {
    chunk.occupy(this, slot, word);
    setKey(chunk, slot, key, namespace);
    setValue(chunk, slot, value);
  }

  /** Stores key and namespace in a slot, neither shared with the caller if it can change. */
  private void setKey(Chunk chunk, int slot, @Nullable K key, N namespace) {
    if (longKeys == null) {
      K present = requireNonNull(key);
      chunk.objects[slot * objectStride] =
          compactKeys != null ? compactKeys.compact(present) : own(keys, present);
      if (namespaced) {
        chunk.objects[slot * objectStride + 1] = own(namespaces, namespace);
      }
    }
  }

  /** Returns the key of an entry, not shared with the caller if it can change. */
  K ownKey(long word, @Nullable K key) {
    return longKeys != null ? longKeys.fromLong(word) : own(keys, requireNonNull(key));
  }

  N ownNamespace(N namespace) {
    return own(namespaces, namespace);
  }

  /** Returns the value itself if it can never change, otherwise a copy. */
  static <T> T own(TypeSerializer<T> serializer, T value) {
    return serializer.isImmutable() ? value : serializer.copy(value);
  }

  /** Returns bytes that tell apart the keys that have the same word. */
  byte[] orderBytes(@Nullable K key, N namespace) {
    if (longKeys != null) {
      return NO_BYTES;
    }
    BinaryOutput out = new BinaryOutput();
    Field.write(keys, requireNonNull(key), out);
    namespaces.serialize(namespace, out);
    return out.toByteArray();
  }

  void writeKey(Chunk chunk, int slot, BinaryOutput out) {
    if (longKeys != null) {
      longKeys.serializeLong(chunk.longs[slot << longShift], out);
    } else if (compactKeys != null) {
      compactKeys.serializeCompact(chunk.objects[slot * objectStride], out);
    } else {
      keys.serialize(key(chunk, slot), out);
    }
  }

  void writeValue(Chunk chunk, int slot, TypeSerializer<V> values, BinaryOutput out) {
    if (longValues != null) {
      longValues.serializeLong(chunk.longs[(slot << 1) + 1], out);
    } else {
      values.serialize(value(chunk, slot), out);
    }
  }

  void writeKey(K key, BinaryOutput out) {
    keys.serialize(key, out);
  }

  void writeNamespace(N namespace, BinaryOutput out) {
    namespaces.serialize(namespace, out);
  }
}
