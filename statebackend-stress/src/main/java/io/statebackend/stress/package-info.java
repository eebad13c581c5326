// SPDX-License-Identifier: Apache-2.0
/** The few places where two threads meet, each as a test for jcstress. */
@NullMarked
package io.statebackend.stress;

import org.jspecify.annotations.NullMarked;
