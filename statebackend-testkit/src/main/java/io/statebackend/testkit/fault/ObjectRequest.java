// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.util.Objects.requireNonNull;

/**
 * A request to a {@link FaultObjectServer}.
 *
 * @param number how many there were since the fault was set, this one included: the first is 1
 * @param operation what is asked for
 * @param key the bucket, a slash and the key, or the bucket alone
 */
public record ObjectRequest(long number, Operation operation, String key) {

  /**
   * Checks the request.
   *
   * @throws NullPointerException if the operation or key is {@code null}
   */
  public ObjectRequest {
    requireNonNull(operation, "operation");
    requireNonNull(key, "key");
  }

  /** What is asked for. */
  public enum Operation {
    /** Puts an object. */
    PUT,
    /** Gets an object or a part of it. */
    GET,
    /** Lists keys. */
    LIST,
    /** Deletes one object or several. */
    DELETE,
    /** Begins an upload in parts. */
    BEGIN,
    /** Puts a part. */
    PUT_PART,
    /** Completes an upload. */
    COMPLETE,
    /** Aborts an upload. */
    ABORT
  }

  /** What happens to a request. */
  public enum Effect {
    /** It is answered. */
    NONE,
    /** The connection is closed before anything is done. */
    LOSE_REQUEST,
    /** All is done, and then the connection is closed without an answer. */
    LOSE_ANSWER,
    /** It is answered with 409, as by Amazon when two conditional requests meet. */
    CONFLICT,
    /** It is answered with 503, as by stores that are overloaded. */
    SLOW_DOWN,
    /** It is answered with 500. */
    ERROR,
    /** It is answered with 400, as if the body had been changed on its way. */
    WRONG_CHECKSUM,
    /** It is answered with 403. */
    FORBIDDEN,
    /** All is done, and half of the answer's body is sent; then the connection is closed. */
    CUT_BODY,
    /** Nothing is done and nothing answered until the fault is set anew. */
    STALL
  }
}
