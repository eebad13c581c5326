// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import java.io.IOException;

/** A call of an object store has failed, or nobody knows whether it has. */
final class ObjectStoreException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What the caller can make of it. */
  enum Reason {
    /** The object is not there. */
    ABSENT,
    /** The object is not the version that was asked for. */
    CHANGED,
    /** The store has refused the request, and would do so again. */
    REFUSED,
    /** Anything else: no answer, an overloaded store, a conflict. It may go well another time. */
    UNCERTAIN
  }

  private final Reason reason;

  ObjectStoreException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
