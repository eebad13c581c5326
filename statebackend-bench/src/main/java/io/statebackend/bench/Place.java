// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.nio.file.Path;

/**
 * What a backend is told when it is opened.
 *
 * @param directory where it may keep files
 * @param keyCount how many keys to expect, for those that must know
 * @param memoryBytes the memory to use, for those that may use what they are given
 */
record Place(Path directory, int keyCount, long memoryBytes) {}
