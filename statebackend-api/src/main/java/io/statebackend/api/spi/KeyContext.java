// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The current key and everything that is derived from it, computed at most once each.
 *
 * <p>The layer above moves it. Engines only read it, and they keep nothing of it beyond a call. Not
 * thread-safe.
 *
 * @param <K> the type of the keys
 */
public final class KeyContext<K> {
  private final TypeSerializer<K> serializer;

  /** The serializer, if it encodes numbers: the key is then kept as its number. */
  private final @Nullable LongEncodedSerializer<K> numbers;

  private final int maxParallelism;

  /** Masks a hash to its key group, or -1 if the number of key groups is not a power of two. */
  private final int keyGroupMask;

  private final BinaryOutput bytes = new BinaryOutput();

  /** {@code null} if there is no key, or if it is kept as a number. */
  private @Nullable K key;

  private long number;
  private long hash;
  private int keyGroup;
  private boolean isSet;
  private boolean bytesValid;
  private boolean closed;

  /**
   * Creates a context without a key.
   *
   * @param serializer the serializer of the keys
   * @param maxParallelism the number of key groups, 1 or more
   */
  public KeyContext(TypeSerializer<K> serializer, int maxParallelism) {
    this.serializer = requireNonNull(serializer, "serializer");
    this.maxParallelism = maxParallelism;
    this.keyGroupMask = Integer.bitCount(maxParallelism) == 1 ? maxParallelism - 1 : -1;
    this.numbers = serializer instanceof LongEncodedSerializer<K> encoded ? encoded : null;
  }

  /**
   * Moves to a key in the key group of its stable hash.
   *
   * @param key the key, which stays the caller's: it is copied unless it is immutable
   * @throws NullPointerException if the key is {@code null}
   */
  public void set(K key) {
    moveTo(requireKey(key));
    int mask = keyGroupMask;
    keyGroup = mask >= 0 ? (int) hash & mask : StableHash.keyGroup(hash, maxParallelism);
  }

  /**
   * Moves to a key and imposes its key group.
   *
   * @param key the key, which stays the caller's: it is copied unless it is immutable
   * @param keyGroup its key group
   * @throws NullPointerException if the key is {@code null}
   */
  public void set(K key, int keyGroup) {
    moveTo(requireKey(key));
    this.keyGroup = keyGroup;
  }

  private K requireKey(K key) {
    if (key == null) {
      throw new NullPointerException("the key must not be null");
    }
    return key;
  }

  private void moveTo(K newKey) {
    if (closed) {
      throw closedException();
    }
    LongEncodedSerializer<K> encoded = numbers;
    if (encoded != null) {
      // No reference is stored: each one costs the collector work, and the caller's box need not
      // exist.
      number = encoded.toLong(newKey);
      hash = StableHash.ofLong(number);
    } else {
      K own = serializer.isImmutable() ? newKey : serializer.copy(newKey);
      hash = serializer.stableHash(own);
      key = own;
    }
    bytesValid = false;
    isSet = true;
  }

  /** Forgets the key, so that using it is an error until there is another one. */
  public void clear() {
    isSet = false;
    key = null;
  }

  /** Forgets the key forever: from now on, using or moving the context is an error. */
  public void close() {
    clear();
    closed = true;
  }

  /**
   * Checks that there is a key.
   *
   * @throws IllegalStateException if there is none
   * @throws StateClosedException if the backend was closed
   */
  public void checkSet() {
    if (!isSet) {
      throw noKey();
    }
  }

  /**
   * Returns the key. A key that a {@link LongEncodedSerializer} encodes is created again from its
   * number.
   *
   * @return the key
   * @throws IllegalStateException if there is none
   * @throws StateClosedException if the backend was closed
   */
  public K key() {
    checkSet();
    LongEncodedSerializer<K> encoded = numbers;
    return encoded != null ? encoded.fromLong(number) : requireNonNull(key);
  }

  /**
   * Returns the number that stands for the key, if the serializer of the keys is a {@link
   * LongEncodedSerializer}.
   *
   * @return the number; without a meaning if there is no key, or if keys are not numbers
   */
  public long number() {
    return number;
  }

  private RuntimeException noKey() {
    return closed
        ? closedException()
        : new IllegalStateException("no current key: call setCurrentKey first");
  }

  private static StateClosedException closedException() {
    return new StateClosedException("the keyed state backend is closed");
  }

  /**
   * Returns the stable hash of the key. Its low 31 bits decide the key group, so tables within one
   * key group use the others first.
   *
   * @return the hash
   */
  public long hash() {
    return hash;
  }

  /**
   * Returns the key group of the key. Without a key, that of the last one.
   *
   * @return the key group
   */
  public int keyGroup() {
    return keyGroup;
  }

  /**
   * Returns the serialized key, made at the first call for this key.
   *
   * @return an output that holds exactly the key's bytes; valid until the context moves, and not to
   *     be written to
   */
  public BinaryOutput bytes() {
    if (!bytesValid) {
      bytes.reset();
      checkSet();
      LongEncodedSerializer<K> encoded = numbers;
      if (encoded != null) {
        encoded.serializeLong(number, bytes);
      } else {
        serializer.serialize(requireNonNull(key), bytes);
      }
      bytesValid = true;
    }
    return bytes;
  }
}
