// SPDX-License-Identifier: Apache-2.0
/**
 * A file system in memory that fails as disks, kernels and machines do, and a server that fails as
 * object stores do.
 *
 * <p>{@link io.statebackend.testkit.fault.FaultFileSystem} is a {@link java.nio.file.FileSystem}:
 * whatever reads and writes through a {@link java.nio.file.Path} runs on it unchanged. A {@link
 * io.statebackend.testkit.fault.Fault} decides what happens to each call, and {@link
 * io.statebackend.testkit.fault.Unsynced} what a crash leaves of all that was not synced.
 *
 * <p>{@link io.statebackend.testkit.fault.FaultObjectServer} speaks the protocol of Amazon S3 in
 * the test's process.
 */
@NullMarked
package io.statebackend.testkit.fault;

import org.jspecify.annotations.NullMarked;
