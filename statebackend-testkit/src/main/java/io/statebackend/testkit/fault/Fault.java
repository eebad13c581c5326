// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

/**
 * Decides what happens to each call to a {@link FaultFileSystem}. Calls of several threads come one
 * at a time.
 *
 * <p>To try every point of a workload, run it again and again with {@code crashAt(1)}, {@code
 * crashAt(2)}, and so on, until it survives.
 */
@FunctionalInterface
public interface Fault {

  /** What happens to a call. */
  enum Effect {
    /** It succeeds. */
    NONE,
    /** It transfers part of the bytes only, as reads and writes may; otherwise it succeeds. */
    SHORT,
    /**
     * It fails with an {@link java.io.IOException} and changes nothing; only a write leaves a part
     * of its bytes. What a failed sync of a file was to make durable is lost in a crash even if a
     * later sync succeeds, as with kernels that forget what they could not write.
     */
    ERROR,
    /**
     * The machine dies while the call is under way. It and all later ones fail; what is left of the
     * call's own change is decided as for any that was not synced.
     */
    CRASH,
    /**
     * It does not return until {@link FaultFileSystem#resume()} is called, and then succeeds. As on
     * a local disk neither an interrupt nor closing the file ends it, and both wait for it.
     */
    HANG
  }

  /**
   * Decides about a call.
   *
   * @param call the call that is about to happen
   * @return what happens to it
   */
  Effect on(FileCall call);

  /**
   * Lets every call succeed.
   *
   * @return a fault
   */
  static Fault none() {
    return call -> Effect.NONE;
  }

  /**
   * Crashes the machine at the n-th change. Other calls need not be tried.
   *
   * @param changeNumber 1 or more
   * @return a fault
   */
  static Fault crashAt(long changeNumber) {
    return call ->
        call.operation().isChange() && call.changeNumber() == changeNumber
            ? Effect.CRASH
            : Effect.NONE;
  }

  /**
   * Lets the n-th call fail, and none after it.
   *
   * @param number 1 or more
   * @return a fault
   */
  static Fault errorAt(long number) {
    return call -> call.number() == number ? Effect.ERROR : Effect.NONE;
  }

  /**
   * Lets the n-th call and all after it fail, but for {@code CLOSE}.
   *
   * @param number 1 or more
   * @return a fault
   */
  static Fault errorsFrom(long number) {
    return call ->
        call.number() >= number && call.operation() != FileCall.Operation.CLOSE
            ? Effect.ERROR
            : Effect.NONE;
  }

  /**
   * Lets the n-th call hang.
   *
   * @param number 1 or more
   * @return a fault
   */
  static Fault hangAt(long number) {
    return call -> call.number() == number ? Effect.HANG : Effect.NONE;
  }

  /**
   * Makes every read and write of more than one byte a short one.
   *
   * @return a fault
   */
  static Fault shortTransfers() {
    return call -> Effect.SHORT;
  }

  /**
   * Asks another fault about the calls that this one lets succeed.
   *
   * @param other the other fault
   * @return a fault
   */
  default Fault or(Fault other) {
    return call -> {
      Effect effect = on(call);
      return effect == Effect.NONE ? other.on(call) : effect;
    };
  }
}
