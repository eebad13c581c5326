// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The same results with nothing but maps and lists, sorted. */
final class ExpectedResults {
  private ExpectedResults() {}

  static List<String> of(long paymentsPerPartition) {
    List<Event.Payment> payments = payments(paymentsPerPartition);
    Map<String, List<Event.Rule>> rules = new HashMap<>();
    for (long index = 0; index < Numbers.ruleCount(paymentsPerPartition); index++) {
      Event.Rule rule = Numbers.rule(index);
      rules.computeIfAbsent(rule.merchant(), absent -> new ArrayList<>()).add(rule);
    }
    List<String> lines = new ArrayList<>();
    Map<Long, List<Long>> last = new HashMap<>();
    Map<String, TreeMap<Long, Long>> centsByTime = new HashMap<>();
    for (Event.Payment payment : payments) {
      List<Long> cents = last.computeIfAbsent(payment.account(), absent -> new ArrayList<>());
      cents.add(payment.cents());
      int from = Math.max(0, cents.size() - Judge.LAST);
      long sum = cents.subList(from, cents.size()).stream().mapToLong(Long::longValue).sum();
      long limit = Judge.limit(rules.getOrDefault(payment.merchant(), List.of()), payment);
      lines.add(new Result.Judged(payment, payment.cents() > limit, sum).line());
      centsByTime
          .computeIfAbsent(payment.merchant(), absent -> new TreeMap<>())
          .merge(payment.timeMillis(), payment.cents(), Long::sum);
    }
    centsByTime.forEach((merchant, byTime) -> addSessions(merchant, byTime, lines));
    lines.sort(null);
    return lines;
  }

  /** Returns the payments without doubles, in the order in which each account's are judged. */
  private static List<Event.Payment> payments(long perPartition) {
    List<Event.Payment> payments = new ArrayList<>();
    Set<Long> ids = new HashSet<>();
    for (int partition = 0; partition < Numbers.PARTITIONS; partition++) {
      for (long index = 0; index < perPartition; index++) {
        Event.Payment payment = Numbers.payment(partition, index);
        if (ids.add(payment.id())) {
          payments.add(payment);
        }
      }
    }
    payments.sort(
        Comparator.comparingLong(Event.Payment::timeMillis).thenComparing(Event.Payment::id));
    return payments;
  }

  private static void addSessions(
      String merchant, SortedMap<Long, Long> centsByTime, List<String> lines) {
    long gap = Sessions.GAP.toMillis();
    long start = centsByTime.firstKey();
    long end = start;
    long cents = 0;
    for (Map.Entry<Long, Long> at : centsByTime.entrySet()) {
      if (at.getKey() > end) {
        lines.add(new Result.Session(merchant, start, end, cents).line());
        start = at.getKey();
        cents = 0;
      }
      end = at.getKey() + gap;
      cents += at.getValue();
    }
    lines.add(new Result.Session(merchant, start, end, cents).line());
  }
}
