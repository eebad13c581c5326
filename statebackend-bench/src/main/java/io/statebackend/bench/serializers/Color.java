// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

/** An enum of a few constants. */
public enum Color {
  RED,
  ORANGE,
  YELLOW,
  GREEN,
  BLUE,
  VIOLET
}
