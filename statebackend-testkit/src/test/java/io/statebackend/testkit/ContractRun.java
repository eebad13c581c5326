// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs tests of contracts on what breaks them. */
final class ContractRun {
  private ContractRun() {}

  /** Runs a test of a contract as a build would, and returns how it failed. */
  static List<Throwable> failuresOf(Class<?> contract, String method) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(contract, method))
        .execute()
        .testEvents()
        .failed()
        .stream()
        .map(event -> event.getRequiredPayload(TestExecutionResult.class))
        .map(result -> result.getThrowable().orElseThrow())
        .toList();
  }

  /** Runs a test of a contract, which is to fail once. */
  static void assertFails(Class<?> contract, String method) {
    assertThat(failuresOf(contract, method))
        .as("failures of %s in %s", method, contract.getSimpleName())
        .hasSize(1);
  }
}
