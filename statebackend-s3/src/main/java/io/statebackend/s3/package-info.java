// SPDX-License-Identifier: Apache-2.0
/** Checkpoints in stores that speak the protocol of Amazon S3. */
@NullMarked
package io.statebackend.s3;

import org.jspecify.annotations.NullMarked;
