// SPDX-License-Identifier: Apache-2.0
/**
 * A job of two operators with all that such jobs have: payments without their doubles, judged by
 * rules, summed up in sessions, and written into files, each exactly once.
 */
@NullMarked
package io.statebackend.examples.payments;

import org.jspecify.annotations.NullMarked;
