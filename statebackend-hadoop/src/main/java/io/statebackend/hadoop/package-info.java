// SPDX-License-Identifier: Apache-2.0
/** Checkpoints in HDFS. */
@NullMarked
package io.statebackend.hadoop;

import org.jspecify.annotations.NullMarked;
