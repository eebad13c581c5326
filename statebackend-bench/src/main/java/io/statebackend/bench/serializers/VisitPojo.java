// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import java.util.ArrayList;
import java.util.List;

/** {@link Visit} as a class of public fields. */
public class VisitPojo {
  public long id;
  public ClickPojo first = new ClickPojo();
  public ClickPojo last = new ClickPojo();
  public List<Long> pages = new ArrayList<>();

  /** Makes an empty one, for Flink and Kryo. */
  public VisitPojo() {}

  static VisitPojo of(int number) {
    VisitPojo pojo = new VisitPojo();
    pojo.id = number;
    pojo.first = ClickPojo.of(number);
    pojo.last = ClickPojo.of(number + 1);
    pojo.pages = Visit.of(number).pages();
    return pojo;
  }
}
