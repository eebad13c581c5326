// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * The answer of a serializer to the schema that a snapshot was written with.
 *
 * @param <T> the type of the values
 */
public sealed interface Compatibility<T> {

  /**
   * The stored bytes are read by the new serializer as they are.
   *
   * @param <T> the type of the values
   */
  record AsIs<T>() implements Compatibility<T> {}

  /**
   * The stored bytes are read by another serializer and written again by the new one.
   *
   * @param reader reads the stored bytes; only its {@code deserialize} is used
   * @param <T> the type of the values
   */
  record AfterMigration<T>(TypeSerializer<T> reader) implements Compatibility<T> {}

  /**
   * The stored bytes cannot become values of the new type.
   *
   * @param reason what differs: the path of the field, its old and its new type, and the way out
   * @param <T> the type of the values
   */
  record Incompatible<T>(String reason) implements Compatibility<T> {}

  /**
   * Answers that stored bytes are read as they are.
   *
   * @param <T> the type of the values
   * @return the answer
   */
  static <T> Compatibility<T> asIs() {
    return new AsIs<>();
  }

  /**
   * Answers that stored bytes are read by another serializer.
   *
   * @param reader reads the stored bytes
   * @param <T> the type of the values
   * @return the answer
   */
  static <T> Compatibility<T> afterMigration(TypeSerializer<T> reader) {
    return new AfterMigration<>(reader);
  }

  /**
   * Answers that stored bytes cannot be read.
   *
   * @param reason what differs, and the way out
   * @param <T> the type of the values
   * @return the answer
   */
  static <T> Compatibility<T> incompatible(String reason) {
    return new Incompatible<>(reason);
  }
}
