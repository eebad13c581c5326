// SPDX-License-Identifier: Apache-2.0
/**
 * What an engine must do, as tests: one contract per topic, to be extended with a factory method.
 *
 * <pre>{@code
 * final class MyValueStateTest extends ValueStateContract {
 *   @Override
 *   protected StateBackend newBackend(Path directory) {
 *     return MyStateBackend.open(directory);
 *   }
 * }
 * }</pre>
 *
 * <p>Tests that take long are tagged {@code slow}.
 */
@NullMarked
package io.statebackend.testkit;

import org.jspecify.annotations.NullMarked;
