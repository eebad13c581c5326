// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.StateTtl;
import io.statebackend.api.Timers;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Operator;
import io.statebackend.runtime.OperatorContext;
import io.statebackend.runtime.Output;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Judges payments, by account: leaves out those that came before, and compares the others with the
 * rule of their time. A payment waits until event time has passed it, for then all rules up to its
 * time are known.
 */
final class Judge implements Operator<Event, Result.Judged> {
  /** How many payments of an account are summed up. */
  static final int LAST = 3;

  private static final StateTtl AN_HOUR = StateTtl.of(Duration.ofHours(1)).inEventTime();
  private static final MapStateDescriptor<Long, Boolean> SEEN =
      MapStateDescriptor.of("seen", Serializers.LONG, Serializers.BOOLEAN).ttl(AN_HOUR);
  private static final ListStateDescriptor<Event.Payment> WAITING =
      ListStateDescriptor.of("waiting", Serializers.record(Event.Payment.class));
  private static final ListStateDescriptor<Long> LAST_CENTS =
      ListStateDescriptor.of("last", Serializers.LONG);
  private static final MapStateDescriptor<String, List<Event.Rule>> RULES =
      MapStateDescriptor.of(
          "rules", Serializers.STRING, Serializers.list(Serializers.record(Event.Rule.class)));

  private final KeyedStateBackend<Long> accounts;
  private final MapState<Long, Boolean> seen;
  private final NamespacedState<Long, ListState<Event.Payment>> waiting;
  private final ListState<Long> last;
  private final Timers<Long> judgements;
  private final MapState<String, List<Event.Rule>> rules;

  Judge(OperatorContext context) {
    accounts = context.keyed(Serializers.LONG);
    seen = accounts.map(SEEN);
    waiting = accounts.list(WAITING, Serializers.LONG);
    last = accounts.list(LAST_CENTS);
    judgements = accounts.timers("judgements", Serializers.LONG);
    rules = context.operatorState().broadcastMap(RULES);
  }

  @Override
  public void process(Event event, Output<Result.Judged> output) {
    if (event instanceof Event.Payment payment) {
      accounts.setCurrentKey(payment.account());
      if (!seen.contains(payment.id())) {
        seen.put(payment.id(), true);
        waiting.in(payment.timeMillis()).add(payment);
        judgements.register(payment.timeMillis(), payment.timeMillis());
      }
    } else if (event instanceof Event.Rule rule) {
      @Nullable List<Event.Rule> known = rules.get(rule.merchant());
      List<Event.Rule> all = known == null ? new ArrayList<>() : new ArrayList<>(known);
      all.add(rule);
      rules.put(rule.merchant(), all);
    }
  }

  @Override
  public void advanceTo(long watermark, Output<Result.Judged> output) {
    accounts.advanceTime(watermark);
    boolean unused =
        judgements.<RuntimeException>fire(
            watermark, Integer.MAX_VALUE, (time, timestamp) -> judge(time, output));
  }

  private void judge(long time, Output<Result.Judged> output) {
    List<Event.Payment> due = new ArrayList<>(waiting.in(time).get());
    due.sort(Comparator.comparingLong(Event.Payment::id));
    waiting.in(time).clear();
    for (Event.Payment payment : due) {
      List<Long> sums = new ArrayList<>(last.get());
      sums.add(payment.cents());
      if (sums.size() > LAST) {
        sums.remove(0);
      }
      last.update(sums);
      output.emit(
          new Result.Judged(
              payment,
              payment.cents() > limit(payment),
              sums.stream().mapToLong(Long::longValue).sum()));
    }
  }

  private long limit(Event.Payment payment) {
    @Nullable List<Event.Rule> known = rules.get(payment.merchant());
    return limit(known == null ? List.of() : known, payment);
  }

  /** Returns the limit of the last rule up to the time of a payment. */
  static long limit(List<Event.Rule> known, Event.Payment payment) {
    long limit = Long.MAX_VALUE;
    for (Event.Rule rule : known) {
      if (rule.timeMillis() <= payment.timeMillis()) {
        limit = rule.limitCents();
      }
    }
    return limit;
  }
}
