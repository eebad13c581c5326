// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * What a backend was told.
 *
 * @param memoryBudgetBytes what all its stores may use together
 * @param segmentSizeBytes the size of a segment of the log, a power of two
 * @param spaceAmplification how much larger than its live records a log may be
 */
record Settings(long memoryBudgetBytes, int segmentSizeBytes, double spaceAmplification) {}
