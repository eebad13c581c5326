// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.windows.WindowedState;
import io.statebackend.core.windows.Windows;
import io.statebackend.runtime.Operator;
import io.statebackend.runtime.OperatorContext;
import io.statebackend.runtime.Output;
import java.time.Duration;

/** Sums up the payments to each merchant in sessions. */
final class Sessions implements Operator<Result.Judged, Result.Session> {
  static final Duration GAP = Duration.ofMillis(400);

  private final KeyedStateBackend<String> merchants;
  private final WindowedState<Long, Long> sums;

  Sessions(OperatorContext context) {
    merchants = context.keyed(Serializers.STRING);
    sums =
        WindowedState.reducing(
            merchants,
            ReducingStateDescriptor.of("sums", Long::sum, Serializers.LONG),
            Windows.session(GAP));
  }

  @Override
  public void process(Result.Judged judged, Output<Result.Session> output) {
    merchants.setCurrentKey(judged.payment().merchant());
    if (!sums.add(judged.payment().cents(), judged.payment().timeMillis())) {
      throw new IllegalStateException("a payment has come too late: " + judged);
    }
  }

  @Override
  public void advanceTo(long watermark, Output<Result.Session> output) {
    boolean unused =
        sums.<RuntimeException>advanceTo(
            watermark,
            Integer.MAX_VALUE,
            (session, cents) ->
                output.emit(
                    new Result.Session(
                        merchants.currentKey(), session.start(), session.end(), cents)));
  }
}
