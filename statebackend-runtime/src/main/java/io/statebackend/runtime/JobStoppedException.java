// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/**
 * The job stops since another part of it has failed, so that nothing can be sent any more. Thrown
 * through the code of operators and sources, which let it pass.
 */
public final class JobStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JobStoppedException(String part, InterruptedException cause) {
    super("'%s' was stopped together with the job".formatted(part), cause);
  }
}
