// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.FileSink;
import io.statebackend.runtime.Job;
import io.statebackend.runtime.JobBuilder;
import io.statebackend.runtime.Records;
import io.statebackend.runtime.StateBackendConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The job. Started again after a crash, with any parallelism, it goes on from its last checkpoint,
 * and its files hold each result once.
 */
public final class PaymentsJob {
  private PaymentsJob() {}

  /**
   * Runs the job to the end of its payments.
   *
   * @param args a file with the configuration, the directory for the results, the number of
   *     payments of each of the four partitions, and the parallelism of the source, the two
   *     operators and the sink
   * @throws IOException if the configuration cannot be read
   * @throws InterruptedException if interrupted
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    int[] parallelism = Arrays.stream(args).skip(3).mapToInt(Integer::parseInt).toArray();
    build(
            StateBackendConfig.from(Path.of(args[0])),
            Path.of(args[1]),
            Long.parseLong(args[2]),
            parallelism)
        .run();
  }

  static Job build(StateBackendConfig config, Path results, long payments, int... parallelism) {
    // tag::job
    JobBuilder job = Job.builder(config);
    Records<Event.Payment> paid =
        job.source("payments", parallelism[0], EventSource.payments(payments));
    Records<Event.Rule> rules =
        job.source("rules", 1, EventSource.rules(Numbers.ruleCount(payments)));
    Records<Result.Judged> judged =
        job.operator(
            "judge",
            parallelism[1],
            Judge::new,
            paid.keyBy(Event.Payment::account, Serializers.LONG),
            rules.broadcast());
    Records<Result.Session> sessions =
        job.operator(
            "sessions",
            parallelism[2],
            Sessions::new,
            judged.keyBy(result -> result.payment().merchant(), Serializers.STRING));
    job.sink(
        "files",
        parallelism[3],
        FileSink.lines(results, Result::line),
        judged.rebalance(),
        sessions.rebalance());
    return job.build();
    // end::job
  }
}
