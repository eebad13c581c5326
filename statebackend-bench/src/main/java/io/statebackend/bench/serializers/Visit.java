// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import java.util.ArrayList;
import java.util.List;

/** A record with records and a list inside. */
public record Visit(long id, Click first, Click last, List<Long> pages) {

  static Visit of(int number) {
    List<Long> pages = new ArrayList<>(List.of(1L, 2L, (long) number));
    return new Visit(number, Click.of(number), Click.of(number + 1), pages);
  }
}
