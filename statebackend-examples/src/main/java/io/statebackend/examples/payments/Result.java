// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

/** What comes out of the job. */
sealed interface Result {

  /**
   * A payment, judged.
   *
   * @param payment the payment
   * @param isSuspicious whether it was above the limit of its time
   * @param lastCents the sum of the last payments of the account, with this one
   */
  record Judged(Event.Payment payment, boolean isSuspicious, long lastCents) implements Result {
    @Override
    public String line() {
      return "payment %d %s %d %s"
          .formatted(payment.id(), payment.merchant(), lastCents, isSuspicious ? "!" : "ok");
    }
  }

  /**
   * Payments to a merchant with no long pause between them.
   *
   * @param merchant the merchant
   * @param startMillis the time of the first one
   * @param endMillis when the pause was over
   * @param cents the sum
   */
  record Session(String merchant, long startMillis, long endMillis, long cents) implements Result {
    @Override
    public String line() {
      return "session %s %d-%d %d".formatted(merchant, startMillis, endMillis, cents);
    }
  }

  /** Returns the line in the output. */
  String line();
}
