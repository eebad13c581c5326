// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * Writes and reads the values of one type, and describes that type.
 *
 * <p>The rules an implementer keeps:
 *
 * <ul>
 *   <li>It is thread-safe, because subtasks and the writers of snapshots use one instance at the
 *       same time. A serializer that keeps something from call to call, such as a buffer, overrides
 *       {@link #duplicate} instead.
 *   <li>{@link #deserialize} reads exactly the bytes that {@link #serialize} wrote, and returns a
 *       value that is {@link #equal} to the one written.
 *   <li>For keys, namespaces and user keys of maps: two values are {@link #equal} if and only if
 *       their bytes are. Engines use whichever is cheaper for them.
 *   <li>{@code null} is never passed in and never returned.
 *   <li>Reading never loads a class that the bytes name.
 * </ul>
 *
 * @param <T> the type of the values
 */
public interface TypeSerializer<T> {

  /** The answer of {@link #fixedLength()} for types whose serialized length varies. */
  int VARIABLE_LENGTH = -1;

  /**
   * Writes a value.
   *
   * @param value the value, not {@code null}; it must not be kept
   * @param out receives the bytes
   * @throws StateSerializerException if it wraps the serializer of another library, and that failed
   */
  void serialize(T value, BinaryOutput out);

  /**
   * Reads a value.
   *
   * @param in the input, at the first byte of the value
   * @return the value, which belongs to the caller
   * @throws CorruptStateException if the bytes are not what {@link #serialize} writes
   * @throws StateSerializerException if it wraps the serializer of another library, and that failed
   */
  T deserialize(BinaryInput in);

  /**
   * Tells whether values can never change after they were created. Engines share immutable values
   * freely and copy all others when they come in and when they go out. Engines ask once, when a
   * state is declared, so the answer must never change.
   *
   * @return {@code true} if values are deeply immutable
   */
  boolean isImmutable();

  /**
   * Copies a value deeply.
   *
   * @param value the value, not {@code null}
   * @return an equal value that shares nothing mutable with it; the same value if it is immutable
   */
  default T copy(T value) {
    if (isImmutable()) {
      return value;
    }
    BinaryOutput out = new BinaryOutput();
    serialize(value, out);
    BinaryInput in = new BinaryInput();
    in.reset(out.array(), 0, out.position());
    return deserialize(in);
  }

  /**
   * Returns the serialized length if it is the same for all values.
   *
   * @return the length in bytes, 0 or more, or {@link #VARIABLE_LENGTH}
   */
  default int fixedLength() {
    return VARIABLE_LENGTH;
  }

  /**
   * Returns the hash that decides the key group. It is the same in every JVM and for every version
   * of the type that {@link #compatibility} accepts for keys; see {@link StableHash} for the
   * functions to build on. The default hashes the serialized bytes, which allocates.
   *
   * @param value the value, not {@code null}
   * @return its hash
   */
  default long stableHash(T value) {
    BinaryOutput out = new BinaryOutput();
    serialize(value, out);
    return StableHash.ofBytes(out.array(), 0, out.position());
  }

  /**
   * Tells whether two values are the same as keys, that is, have the same bytes. The default asks
   * {@code equals}; types whose {@code equals} says otherwise, such as arrays, override it.
   *
   * @param a a value
   * @param b another value
   * @return {@code true} if they are
   */
  default boolean equal(T a, T b) {
    return a.equals(b);
  }

  /**
   * Returns an instance for another thread. The default returns this one. A serializer that is not
   * thread-safe returns a new instance of the same class and schema, which shares nothing with this
   * one that calls change.
   *
   * <p>Each subtask takes an instance when it declares a state. Each image takes one, and so does
   * each thread that reads the image. So several threads call this method, even while this instance
   * is in use. If an engine keeps objects, this happens at each checkpoint. So the method should be
   * cheap.
   *
   * @return this serializer, or one that another thread can use while this one is in use
   */
  default TypeSerializer<T> duplicate() {
    return this;
  }

  /**
   * Describes the serialized form. Two serializers with equal schemas read each other's bytes.
   *
   * @return the schema, stored with every snapshot
   */
  TypeSchema schema();

  /**
   * Tells whether values written under a stored schema can be read. The default accepts only the
   * same schema.
   *
   * @param stored the schema found in a snapshot
   * @return as is, after migration, or incompatible with the reason
   */
  default Compatibility<T> compatibility(TypeSchema stored) {
    return schema().equals(stored)
        ? Compatibility.asIs()
        : Compatibility.incompatible("stored type is " + stored + ", declared type is " + schema());
  }
}
