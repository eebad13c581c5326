// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

/** A record as programs have them. */
public record Click(
    long user, String page, int count, double seconds, boolean bought, long first, long last) {

  static Click of(int number) {
    return new Click(
        number * 1_000_003L,
        "/shop/articles/" + number,
        number,
        number / 7.0,
        number % 2 == 0,
        1_700_000_000_000L + number,
        1_700_000_100_000L + number);
  }
}
