// SPDX-License-Identifier: Apache-2.0
/** Windows of event time over keyed state and timers. They use only the public API. */
@NullMarked
package io.statebackend.core.windows;

import org.jspecify.annotations.NullMarked;
