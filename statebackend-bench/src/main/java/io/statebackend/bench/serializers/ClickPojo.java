// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

/** {@link Click} as a class of public fields, which Flink knows as a POJO. */
public class ClickPojo {
  public long user;
  public String page = "";
  public int count;
  public double seconds;
  public boolean bought;
  public long first;
  public long last;

  /** Makes an empty one, for Flink and Kryo. */
  public ClickPojo() {}

  static ClickPojo of(int number) {
    Click click = Click.of(number);
    ClickPojo pojo = new ClickPojo();
    pojo.user = click.user();
    pojo.page = click.page();
    pojo.count = click.count();
    pojo.seconds = click.seconds();
    pojo.bought = click.bought();
    pojo.first = click.first();
    pojo.last = click.last();
    return pojo;
  }
}
