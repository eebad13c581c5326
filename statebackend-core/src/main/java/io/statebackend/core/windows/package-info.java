// SPDX-License-Identifier: Apache-2.0
/** Windows of event time over keyed state and timers, made of nothing but the public API. */
@NullMarked
package io.statebackend.core.windows;

import org.jspecify.annotations.NullMarked;
