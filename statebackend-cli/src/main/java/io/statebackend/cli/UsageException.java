// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

/** A command that was not given what it needs. The message says what to give. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
