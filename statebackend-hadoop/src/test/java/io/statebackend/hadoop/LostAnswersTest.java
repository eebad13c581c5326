// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** A call that fails may have been made: whoever publishes knows in the end what became of it. */
@Timeout(600)
final class LostAnswersTest {

  /** What becomes of a call. */
  private enum Effect {
    NONE,
    LOSE_CALL,
    LOSE_ANSWER
  }

  private final Map<String, Queue<Effect>> effects = new HashMap<>();
  private HadoopFiles files;
  private Path top;
  private HadoopCheckpointStorage storage;

  @BeforeEach
  void open(TestInfo test) {
    String directory = "answers/" + test.getTestMethod().orElseThrow().getName();
    FoundFiles found =
        FoundFiles.at(TestCluster.shared().at(directory), TestCluster.configuration());
    files = found.files();
    top = found.top();
    storage = HadoopCheckpointStorage.open(troubled(files), top, top.toString(), 0);
  }

  @AfterEach
  void close() {
    effects.clear();
    storage.close();
  }

  private HadoopFiles troubled(HadoopFiles real) {
    return (HadoopFiles)
        Proxy.newProxyInstance(
            HadoopFiles.class.getClassLoader(),
            new Class<?>[] {HadoopFiles.class},
            (proxy, method, arguments) -> {
              Queue<Effect> queue = effects.get(method.getName());
              Effect effect = queue == null || queue.isEmpty() ? Effect.NONE : queue.remove();
              if (effect == Effect.LOSE_CALL) {
                throw new IOException("no connection: " + method.getName());
              }
              try {
                Object answer = method.invoke(real, arguments);
                if (effect == Effect.LOSE_ANSWER) {
                  throw new IOException("no answer: " + method.getName());
                }
                return answer;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** Says what becomes of the next calls of a method. */
  private void next(String call, Effect... queue) {
    effects.put(call, new ArrayDeque<>(java.util.List.of(queue)));
  }

  private void publish(String file) {
    storage.publish(file, "content".getBytes(UTF_8));
  }

  @Test
  void rename_madeButNotAnswered_isPublished() {
    next("rename", Effect.LOSE_ANSWER);
    publish("a");
    assertThat(storage.list("")).containsExactly("a");
  }

  @Test
  void rename_notMade_isNotPublished_andCanBeAgain() {
    next("rename", Effect.LOSE_CALL);
    assertThatThrownBy(() -> publish("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("nothing of it is kept");
    assertThat(storage.list("")).isEmpty();
    publish("a");
  }

  @Test
  void rename_madeButNotAnswered_andQuestionsFailAtFirst_isPublished() {
    next("rename", Effect.LOSE_ANSWER);
    // The first two look whether there is room.
    next("find", Effect.NONE, Effect.LOSE_CALL, Effect.LOSE_ANSWER, Effect.LOSE_CALL);
    publish("a");
    assertThat(storage.list("")).containsExactly("a");
  }

  @Test
  void rename_notMade_andTheDeletionIsNotAnswered_isNotPublished() {
    next("rename", Effect.LOSE_CALL);
    next("delete", Effect.LOSE_ANSWER);
    assertThatThrownBy(() -> publish("a")).isInstanceOf(StateIoException.class);
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void rename_madeButNotAnswered_andNothingElseIs_cannotBeTold() {
    next("rename", Effect.LOSE_ANSWER);
    Effect[] none = new Effect[20];
    java.util.Arrays.fill(none, Effect.LOSE_CALL);
    none[0] = Effect.NONE;
    next("find", none);
    assertThatThrownBy(() -> publish("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("may be there or not");
  }

  @Test
  void rename_otherFileIsThere_isTheOthers() throws IOException {
    next("find", Effect.NONE);
    try (var output = storage.create("a")) {
      // As a program would that does not keep to the rules.
      files.create(new Path(top, "a")).finish();
      next("delete", Effect.LOSE_ANSWER);
      assertThatThrownBy(output::commit)
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("there already");
    }
    assertThatThrownBy(() -> publish("a")).isInstanceOf(StateLockedException.class);
  }

  @Test
  void delete_madeButNotAnswered_isDeleted() {
    publish("a");
    next("rename", Effect.LOSE_ANSWER);
    storage.delete("a");
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void delete_notMade_isToBeRepeated() {
    publish("a");
    next("rename", Effect.LOSE_CALL);
    assertThatThrownBy(() -> storage.delete("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("delete it again");
    storage.delete("a");
    assertThat(storage.list("")).isEmpty();
  }

  /** What could not be deleted in the own directory is deleted with the next file. */
  @Test
  void delete_ofWhatWasMovedAside_isTriedAgain() throws IOException {
    publish("a");
    publish("b");
    next("delete", Effect.LOSE_CALL);
    storage.delete("a");
    assertThat(storage.list("")).containsExactly("b");
    assertThat(fileCount()).as("a, b and the claim").isEqualTo(3);
    storage.delete("b");
    assertThat(fileCount()).as("the claim").isEqualTo(1);
  }

  private long fileCount() throws IOException {
    return TestCluster.shared().cluster().getFileSystem().getContentSummary(top).getFileCount();
  }

  @Test
  void create_madeButNotAnswered_leavesNothing() throws IOException {
    next("create", Effect.LOSE_ANSWER);
    assertThatThrownBy(() -> storage.create("a")).isInstanceOf(StateIoException.class);
    assertThat(fileCount()).as("the claim").isEqualTo(1);
    publish("a");
  }
}
