// SPDX-License-Identifier: Apache-2.0
/**
 * The door for hosts: programs that have a life of checkpoints of their own, such as engines of
 * streams, and use storage engines below it.
 *
 * <p>A host enters by {@link io.statebackend.core.host.HostedStore}: it opens the keyed state of a
 * subtask, uses its tables, takes images and reads them. {@link
 * io.statebackend.core.host.HostSnapshots} writes an engine's own snapshots into files that the
 * host keeps ({@link io.statebackend.core.host.HostFiles}), and restores them. There is no
 * coordinator here: when a checkpoint begins, whether it was completed, and when its files go is
 * the host's affair.
 */
@NullMarked
package io.statebackend.core.host;

import org.jspecify.annotations.NullMarked;
