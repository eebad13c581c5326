// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

/** What the n-th event of a partition is: the same each time it is read. */
final class Numbers {
  static final int ACCOUNTS = 500;
  static final int MERCHANTS = 40;
  static final int PARTITIONS = 4;

  /** Each of this many payments comes once more, some places later. */
  private static final int DOUBLE_EACH = 9;

  private static final int DOUBLE_AFTER = 3;
  private static final long MILLIS_PER_PAYMENT = 20;
  private static final long MILLIS_PER_RULE = 60_000;
  private static final long CENTS_MAX = 10_000;

  private Numbers() {}

  /** Mixes the bits of a number. */
  private static long mixed(long number) {
    long bits = number * 0x9E3779B97F4A7C15L;
    bits = (bits ^ (bits >>> 32)) * 0xD6E8FEB86659FD93L;
    return (bits ^ (bits >>> 32)) >>> 1;
  }

  /** Returns a payment of a partition, in the order of their times. */
  static Event.Payment payment(int partition, long index) {
    boolean isDouble = index % DOUBLE_EACH == DOUBLE_EACH - 1;
    long original = isDouble ? index - DOUBLE_AFTER : index;
    long id = original * PARTITIONS + partition;
    long bits = mixed(id);
    return new Event.Payment(
        id,
        bits % ACCOUNTS,
        merchant(bits / ACCOUNTS),
        1 + bits / 1_000_003 % CENTS_MAX,
        original * MILLIS_PER_PAYMENT + bits % MILLIS_PER_PAYMENT);
  }

  /** Returns the time that no payment of a partition is before, from an index on. */
  static long timeFrom(long index) {
    return (index - DOUBLE_AFTER) * MILLIS_PER_PAYMENT;
  }

  /** Returns a rule, in the order of their times. */
  static Event.Rule rule(long index) {
    long bits = mixed(-1 - index);
    return new Event.Rule(
        merchant(bits), bits / MERCHANTS % CENTS_MAX, index / MERCHANTS * MILLIS_PER_RULE);
  }

  /** Returns how many rules there are up to the time of the last payment. */
  static long ruleCount(long paymentsPerPartition) {
    return (paymentsPerPartition * MILLIS_PER_PAYMENT / MILLIS_PER_RULE + 1) * MERCHANTS;
  }

  private static String merchant(long bits) {
    return "merchant-" + bits % MERCHANTS;
  }
}
