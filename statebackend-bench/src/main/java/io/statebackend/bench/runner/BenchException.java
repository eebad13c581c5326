// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

/** A run that failed; the message tells the user what and what to do. */
final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BenchException(String message) {
    super(message);
  }
}
