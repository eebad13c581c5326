// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.testkit.fault.FaultObjectServer;
import io.statebackend.testkit.fault.ObjectRequest;
import io.statebackend.testkit.fault.ObjectRequest.Effect;
import io.statebackend.testkit.fault.ObjectRequest.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a storage makes of each way in which a store fails. */
@Timeout(120)
final class S3FaultsTest {
  private static final int PART_SIZE_BYTES = 1_000;

  @TempDir Path directory;
  private FaultObjectServer server;
  private S3CheckpointStorage storage;

  @BeforeEach
  void open() {
    server = FaultObjectServer.start();
    storage = builder(server.endpoint()).open();
  }

  @AfterEach
  void close() {
    server.setFault(S3FaultsTest::noFault);
    storage.close();
    server.close();
  }

  private static Effect noFault(ObjectRequest request) {
    return Effect.NONE;
  }

  private static S3CheckpointStorageBuilder builder(URI endpoint) {
    return builder(endpoint, Duration.ofSeconds(30));
  }

  private static S3CheckpointStorageBuilder builder(URI endpoint, Duration timeout) {
    return TestStores.builder(endpoint)
        .prefix("job")
        .partSizeBytes(PART_SIZE_BYTES)
        .timeout(timeout);
  }

  /** Lets the first request of a kind meet a fault. */
  private static Function<ObjectRequest, Effect> once(Operation operation, Effect effect) {
    return times(1, operation, effect);
  }

  private static Function<ObjectRequest, Effect> times(
      int times, Operation operation, Effect effect) {
    int[] left = {times};
    return request -> {
      synchronized (left) {
        return request.operation() == operation && left[0]-- > 0 ? effect : Effect.NONE;
      }
    };
  }

  private void write(String file, byte[] content) {
    try (StorageOutput out = storage.create(file)) {
      out.write(content, 0, content.length);
      out.commit();
    }
  }

  private byte[] read(String file) {
    try (StorageInput in = storage.open(file)) {
      byte[] content = new byte[(int) in.length()];
      in.read(0, content, 0, content.length);
      return content;
    }
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  @Test
  void publish_whateverHappensToTheFirstPut_isThereOnce() {
    for (Effect effect : Effect.values()) {
      if (effect == Effect.STALL || effect == Effect.FORBIDDEN) {
        continue;
      }
      String file = "chk-1/" + effect;
      server.setFault(once(Operation.PUT, effect));
      storage.publish(file, content(100));
      server.setFault(S3FaultsTest::noFault);
      assertThat(read(file)).as("%s", effect).isEqualTo(content(100));
      assertThatThrownBy(() -> storage.publish(file, content(100)))
          .as("a second one with the same bytes, after %s", effect)
          .isInstanceOf(StateLockedException.class);
    }
  }

  @Test
  void publish_answerIsLostAgainAndAgain_isThereOnce() {
    server.setFault(times(3, Operation.PUT, Effect.LOSE_ANSWER));
    storage.publish("chk-1/_metadata", content(100));
    assertThat(read("chk-1/_metadata")).isEqualTo(content(100));
  }

  @Test
  void publish_storeHasNoTimeForLong_failsAndIsNotThere() {
    server.setFault(
        request -> request.operation() == Operation.PUT ? Effect.SLOW_DOWN : Effect.NONE);
    assertThatThrownBy(() -> storage.publish("chk-1/_metadata", content(100)))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("chk-1/_metadata");
    server.setFault(S3FaultsTest::noFault);
    assertThat(storage.list("")).isEmpty();
    storage.publish("chk-1/_metadata", content(100));
  }

  @Test
  void publish_refused_isNotTriedAgain() {
    server.setFault(
        request -> request.operation() == Operation.PUT ? Effect.FORBIDDEN : Effect.NONE);
    assertThatThrownBy(() -> storage.publish("chk-1/_metadata", content(100)))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("attempts=1");
  }

  @Test
  void publish_stalledConnection_isThereAfterTheTimeout() {
    storage.close();
    storage = builder(server.endpoint(), Duration.ofMillis(300)).open();
    server.setFault(once(Operation.PUT, Effect.STALL));
    storage.publish("chk-1/_metadata", content(100));
    assertThat(read("chk-1/_metadata")).isEqualTo(content(100));
  }

  @Test
  void publish_whetherItIsThereCannotBeTold_saysSo() {
    server.setFault(
        request ->
            request.operation() == Operation.PUT || request.operation() == Operation.GET
                ? Effect.LOSE_ANSWER
                : Effect.NONE);
    assertThatThrownBy(() -> storage.publish("m", content(100)))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("may be there or not");
  }

  @Test
  void write_inParts_whateverHappensToARequest_isThereWhole() {
    byte[] content = content(4 * PART_SIZE_BYTES + 5);
    for (Operation operation : List.of(Operation.BEGIN, Operation.PUT_PART, Operation.COMPLETE)) {
      for (Effect effect : List.of(Effect.LOSE_REQUEST, Effect.LOSE_ANSWER, Effect.SLOW_DOWN)) {
        String file = "chk-1/" + operation + "-" + effect;
        server.setFault(once(operation, effect));
        write(file, content);
        server.setFault(S3FaultsTest::noFault);
        assertThat(read(file)).as(file).isEqualTo(content);
      }
    }
    // When the answer to the beginning is lost, nobody knows the name of what was begun.
    assertThat(server.uploadCount()).as("uploads that were not ended").isLessThanOrEqualTo(1);
  }

  @Test
  void write_inParts_givenUp_leavesNothing() {
    try (StorageOutput out = storage.create("a")) {
      byte[] content = content(3 * PART_SIZE_BYTES);
      out.write(content, 0, content.length);
      assertThat(server.uploadCount()).isEqualTo(1);
    }
    assertThat(server.uploadCount()).isZero();
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void write_partIsRefused_leavesNothing() {
    server.setFault(
        request -> request.operation() == Operation.PUT_PART ? Effect.FORBIDDEN : Effect.NONE);
    assertThatThrownBy(() -> write("a", content(3 * PART_SIZE_BYTES)))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("file=" + server.endpoint());
    server.setFault(S3FaultsTest::noFault);
    assertThat(server.uploadCount()).isZero();
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void commit_anotherHasMadeTheFileMeanwhile_isRefused() {
    for (int length : new int[] {10, 3 * PART_SIZE_BYTES}) {
      String file = "a" + length;
      try (StorageOutput out = storage.create(file)) {
        out.write(content(length), 0, length);
        otherProcess(other -> other.publish(file, "another's".getBytes(UTF_8)));
        assertThatThrownBy(out::commit)
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("already");
      }
      assertThat(read(file)).asString(UTF_8).isEqualTo("another's");
      assertThat(server.uploadCount()).isZero();
    }
  }

  /** Opens the same storage as another process would, under another name of the same server. */
  private void otherProcess(java.util.function.Consumer<S3CheckpointStorage> work) {
    URI other = URI.create("http://localhost:" + server.endpoint().getPort());
    try (S3CheckpointStorage opened = builder(other).open()) {
      work.accept(opened);
    }
  }

  @Test
  void read_whateverHappensToARequest() {
    byte[] content = content(200_000);
    write("a", content);
    for (Effect effect : List.of(Effect.LOSE_REQUEST, Effect.CUT_BODY, Effect.SLOW_DOWN)) {
      server.setFault(times(2, Operation.GET, effect));
      assertThat(read("a")).as("%s", effect).isEqualTo(content);
    }
    server.setFault(request -> Effect.CUT_BODY);
    assertThatThrownBy(() -> read("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("a");
  }

  @Test
  void read_replacedMeanwhile_isRefused() {
    write("a", content(200_000));
    try (StorageInput in = storage.open("a")) {
      storage.delete("a");
      write("a", content(200_001));
      assertThatThrownBy(() -> in.read(150_000, new byte[10], 0, 10))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("another file has taken its place");
    }
  }

  @Test
  void read_requestsFollowTheReader() {
    write("a", content(20 << 20));
    try (StorageInput in = storage.open("a")) {
      server.setFault(S3FaultsTest::noFault);
      byte[] piece = new byte[1_000];
      for (int at = 0; at + piece.length <= in.length(); at += piece.length) {
        in.read(at, piece, 0, piece.length);
      }
      assertThat(server.requestCount()).as("requests for 20 MiB in order").isLessThan(15);
      server.setFault(S3FaultsTest::noFault);
      for (int i = 0; i < 20; i++) {
        in.read((i * 7_919_003L) % (20 << 20), piece, 0, 10);
      }
      assertThat(server.requestCount()).as("requests for 20 places").isLessThanOrEqualTo(20);
    }
  }

  @Test
  void importAndExport_inPartsAtTheSameTime(@TempDir Path local) throws IOException {
    byte[] content = content(50 * PART_SIZE_BYTES + 7);
    Path source = Files.write(local.resolve("source"), content);
    server.setFault(times(3, Operation.PUT_PART, Effect.SLOW_DOWN));
    storage.importFile("a", source);
    server.setFault(times(3, Operation.GET, Effect.CUT_BODY));
    storage.exportFile("a", local.resolve("target"));
    assertThat(local.resolve("target")).hasBinaryContent(content);
    assertThat(server.uploadCount()).isZero();
  }

  @Test
  void import_refusedPart_leavesNothing(@TempDir Path local) throws IOException {
    Path source = Files.write(local.resolve("source"), content(50 * PART_SIZE_BYTES));
    server.setFault(
        request -> request.operation() == Operation.PUT_PART ? Effect.FORBIDDEN : Effect.NONE);
    assertThatThrownBy(() -> storage.importFile("a", source)).isInstanceOf(StateIoException.class);
    server.setFault(S3FaultsTest::noFault);
    assertThat(server.uploadCount()).isZero();
    storage.importFile("a", source);
    assertThat(read("a")).hasSize(50 * PART_SIZE_BYTES);
  }

  @Test
  void export_fails_leavesNoLocalFile(@TempDir Path local) {
    write("a", content(50 * PART_SIZE_BYTES));
    Path target = local.resolve("target");
    server.setFault(request -> request.number() > 20 ? Effect.FORBIDDEN : Effect.NONE);
    assertThatThrownBy(() -> storage.exportFile("a", target)).isInstanceOf(StateException.class);
    assertThat(target).doesNotExist();
  }

  @Test
  void delete_thousandsOfFiles_inFewRequests() {
    for (int i = 0; i < 1_200; i++) {
      storage.publish("chk-1/" + i, new byte[] {1});
    }
    server.setFault(S3FaultsTest::noFault);
    storage.delete("chk-1");
    assertThat(server.requestCount()).isLessThan(8);
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void zombie_publishesAndDeletesNothingMore() {
    storage.publish("chk-1/_metadata", content(10));
    otherProcess(
        other -> {
          for (String file : List.of("chk-2/_metadata", "chk-1/_metadata")) {
            assertThatThrownBy(() -> storage.publish(file, content(10)))
                .isInstanceOf(StateLockedException.class)
                .hasMessageContaining("another process");
          }
          assertThatThrownBy(() -> storage.delete("chk-1"))
              .isInstanceOf(StateLockedException.class);
          assertThat(other.list("")).containsExactly("chk-1");
          other.publish("chk-2/_metadata", content(11));
        });
    assertThat(read("chk-2/_metadata")).hasSize(11);
  }

  /** The new owner came while the publication was under way: it must not count as complete. */
  @Test
  void zombie_overtakenWhileItPublishes_isTold() {
    boolean[] isOvertaken = {false};
    server.setFault(
        request -> {
          if (request.operation() == Operation.PUT
              && request.key().endsWith("chk-1/_metadata")
              && !isOvertaken[0]) {
            isOvertaken[0] = true;
            otherProcess(other -> {});
          }
          return Effect.NONE;
        });
    assertThatThrownBy(() -> storage.publish("chk-1/_metadata", content(10)))
        .isInstanceOf(StateLockedException.class);
    assertThat(isOvertaken[0]).isTrue();
  }

  @Test
  void open_readOnly_touchesNothing() {
    storage.publish("a", content(10));
    List<String> before = server.keys();
    try (S3CheckpointStorage reader = builder(server.endpoint()).openReadOnly()) {
      assertThat(reader.list("")).containsExactly("a");
      assertThatThrownBy(() -> reader.publish("b", content(1)))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> reader.delete("a"))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(server.keys()).isEqualTo(before);
  }

  @Test
  void open_addresses() {
    for (String wrong :
        List.of("file:///a", "s3:///a", "s3://bucket/a?colour=blue", "http://bucket/a")) {
      assertThatThrownBy(() -> S3CheckpointStorage.open(URI.create(wrong)))
          .as(wrong)
          .isInstanceOf(IllegalArgumentException.class);
    }
    S3CheckpointStorageBuilder builder =
        S3CheckpointStorageBuilder.of(
            URI.create(
                "s3://bucket/jobs/one/?region=eu-central-1&path-style=true&trailing-checksums=false"
                    + "&endpoint=http%3A%2F%2Flocalhost%3A9000"));
    assertThat(builder.keyPrefix()).isEqualTo("jobs/one/");
    assertThat(builder.region()).isEqualTo("eu-central-1");
    assertThat(builder.endpoint()).isEqualTo(URI.create("http://localhost:9000"));
    assertThat(builder.isPathStyle()).isTrue();
    assertThat(builder.hasTrailingChecksums()).isFalse();
  }
}
