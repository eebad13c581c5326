// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint storage needs of an object store. Thread-safe.
 *
 * <p>Each object has a writer: a random text that who puts it makes up. It tells one's own object
 * from another's when the answer to a put is lost.
 *
 * <p>Putting and completing are tried once: whoever calls them finds out what a failure means. All
 * other calls may be repeated by the implementation.
 */
interface ObjectStore extends AutoCloseable {

  /**
   * Puts an object if there is none of its key.
   *
   * @throws ObjectStoreException if that is not certain: it may have been put all the same
   */
  void putIfAbsent(String key, byte[] content, int length, String writer)
      throws ObjectStoreException;

  /** Begins an object in parts. Nothing of it is to be seen until it is complete. */
  Upload startUpload(String key, String writer) throws ObjectStoreException;

  /** An object that is put in parts. Thread-safe. */
  interface Upload {

    /**
     * Puts a part; several may be put at a time, in any order.
     *
     * @param number 1 to 10,000
     */
    void put(int number, byte[] content, int length) throws ObjectStoreException;

    /**
     * Makes the object appear, of all parts by their numbers, if there is none of its key.
     *
     * @throws ObjectStoreException if that is not certain: it may be there all the same
     */
    void completeIfAbsent() throws ObjectStoreException;

    /** Aborts it. Parts that are being sent may stay: then this is called again. */
    void abort() throws ObjectStoreException;
  }

  /**
   * Gets a part of an object.
   *
   * @param from the first byte
   * @param length how many, 1 or more; fewer are got where the object ends
   * @param etag which version of the object it must be, or {@code null} if that is of no matter
   * @throws ObjectStoreException if it is not there or not that version
   */
  Part get(String key, long from, int length, @Nullable String etag) throws ObjectStoreException;

  /**
   * A part of an object.
   *
   * @param content the bytes
   * @param objectLength the length of the whole object
   * @param etag what tells this version of the object from others
   * @param writer who has put it, or {@code null} if it does not tell
   */
  @SuppressWarnings("ArrayRecordComponent") // It only carries an answer, and is compared by nobody.
  record Part(byte[] content, long objectLength, String etag, @Nullable String writer) {}

  /**
   * Lists keys in ascending order.
   *
   * @param prefix what they begin with
   * @param isDeep whether keys are listed that have a slash behind the prefix; if not, what is
   *     before the slash is listed once, with the slash
   * @param countMax how many at most, or 0 for all
   */
  List<String> list(String prefix, boolean isDeep, int countMax) throws ObjectStoreException;

  /** Deletes objects, however many; it is no matter whether they are there. */
  void delete(List<String> keys) throws ObjectStoreException;

  @Override
  void close();
}
