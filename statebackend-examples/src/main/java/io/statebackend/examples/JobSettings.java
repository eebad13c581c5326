// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import org.jspecify.annotations.Nullable;

/**
 * What to count, and how.
 *
 * @param input the text
 * @param repeat how many times it is read
 * @param parallelism the number of workers
 * @param maxParallelism the number of key groups, or 0 for that of the restored checkpoint
 * @param savepoint the name of the savepoint to take at the end, or {@code null}
 * @param afterEachWord what a worker does after each word: nothing, but for a crash on purpose
 */
record JobSettings(
    TextInput input,
    int repeat,
    int parallelism,
    int maxParallelism,
    @Nullable String savepoint,
    Runnable afterEachWord) {}
