// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.runtime.BarrierAligner.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The consistent cut, without threads: each step of a run is one send or one look at the inputs,
 * and a scheduler chooses whose turn it is. Three sources; the first operator has two of them as
 * inputs, the second one has the third and what the first puts out.
 *
 * <p>Of a small run every order of steps is tried: orders that lead to the same state are tried on
 * from there once. Of longer ones, orders are drawn by a seed.
 */
final class ConsistentCutTest {
  private static final int SOURCES = 3;
  private static final int FIRST = SOURCES;
  private static final int SECOND = SOURCES + 1;
  private static final int ABORT = SOURCES + 2;

  /** One run, and what is checked of it with each step. */
  private static final class Run {
    private final List<List<Object>> scripts;
    private final int abortedId;
    private final int[] sent = new int[SOURCES];
    private final List<Channel<String>> channels = new ArrayList<>();
    private final List<BarrierAligner<String>> aligners = new ArrayList<>();
    private final List<List<String>> seen = List.of(new ArrayList<>(), new ArrayList<>());
    private final List<Set<Long>> taken = List.of(new TreeSet<>(), new TreeSet<>());
    private final boolean[] ended = new boolean[2];

    /** What the first operator has to send and finds no room for. */
    private final Deque<Object> unsent = new ArrayDeque<>();

    private final StringBuilder history = new StringBuilder();
    private boolean isAborted;

    /**
     * Begins a run.
     *
     * @param scripts what each source sends: records, or numbers of checkpoints, then its end
     * @param abortedId the checkpoint that is given up at some moment, or -1
     */
    Run(List<List<Object>> scripts, int abortedId, int capacity) {
      this.scripts = scripts;
      this.abortedId = abortedId;
      for (int i = 0; i < SOURCES + 1; i++) {
        channels.add(new Channel<>("channel " + i, capacity));
      }
      aligners.add(aligner("first", 0, 1));
      aligners.add(aligner("second", 2, 3));
    }

    private BarrierAligner<String> aligner(String name, int a, int b) {
      return new BarrierAligner<>(
          name, List.of(channels.get(a), channels.get(b)), AlignmentLimits.NONE, () -> 0);
    }

    /** Returns whose turn it may be. An operator whose turn it is may find nothing. */
    List<Integer> choices() {
      List<Integer> choices = new ArrayList<>();
      for (int source = 0; source < SOURCES; source++) {
        if (sent[source] <= scripts.get(source).size() && hasRoom(source)) {
          choices.add(source);
        }
      }
      if (!unsent.isEmpty() ? hasRoom(FIRST) : aligners.get(0).canProceed() && !ended[0]) {
        choices.add(FIRST);
      }
      if (aligners.get(1).canProceed() && !ended[1]) {
        choices.add(SECOND);
      }
      if (abortedId >= 0 && !isAborted) {
        choices.add(ABORT);
      }
      return choices;
    }

    private boolean hasRoom(int channel) {
      return channels.get(channel).hasRoom();
    }

    void step(int actor) {
      history.append(actor);
      try {
        if (actor < SOURCES) {
          List<Object> script = scripts.get(actor);
          int at = sent[actor]++;
          send(channels.get(actor), at == script.size() ? Signal.Mark.END : script.get(at));
        } else if (actor == ABORT) {
          isAborted = true;
          aligners.forEach(aligner -> aligner.abort(abortedId));
        } else if (actor == FIRST && !unsent.isEmpty()) {
          send(channels.get(FIRST), unsent.remove());
        } else {
          operate(actor - FIRST);
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void send(Channel<String> channel, Object what) throws InterruptedException {
      if (what instanceof Long barrier) {
        channel.sendBarrier(barrier);
      } else if (what == Signal.Mark.END) {
        channel.end();
      } else {
        channel.send((String) what);
      }
    }

    private void operate(int operator) {
      BarrierAligner<String> inputs = aligners.get(operator);
      Event event = inputs.poll();
      if (event == null) {
        return;
      }
      switch (event) {
        case RECORD -> {
          seen.get(operator).add(inputs.record());
          forward(operator, inputs.record());
        }
        case BARRIER -> {
          long id = inputs.checkpointId();
          checkCut(operator, id);
          assertThat(taken.get(operator).add(id)).as("snapshot once, %s", this).isTrue();
          forward(operator, id);
        }
        case END -> {
          ended[operator] = true;
          forward(operator, Signal.Mark.END);
        }
        default -> throw new IllegalStateException(event + ", " + this);
      }
    }

    private void forward(int operator, Object what) {
      if (operator == 0) {
        unsent.add(what);
      }
    }

    /** What an operator has seen is exactly what all its sources have sent before the barrier. */
    private void checkCut(int operator, long id) {
      List<String> before = new ArrayList<>();
      for (int source : operator == 0 ? new int[] {0, 1} : new int[] {0, 1, 2}) {
        for (Object what : scripts.get(source)) {
          if (what instanceof Long barrier && barrier == id) {
            break;
          }
          if (what instanceof String record) {
            before.add(record);
          }
        }
      }
      assertThat(seen.get(operator))
          .as("cut %d of operator %d, %s", id, operator, this)
          .containsExactlyInAnyOrderElementsOf(before);
    }

    /** Nothing was lost, doubled or put out of order, and every checkpoint was taken. */
    void checkEnd() {
      assertThat(ended).as("no operator waits forever, %s", this).containsExactly(true, true);
      for (int operator = 0; operator < 2; operator++) {
        int last = operator == 0 ? 2 : 3;
        for (int source = 0; source < last; source++) {
          String prefix = source + ":";
          assertThat(seen.get(operator).stream().filter(r -> r.startsWith(prefix)).toList())
              .as("operator %d, %s", operator, this)
              .isEqualTo(scripts.get(source).stream().filter(w -> w instanceof String).toList());
        }
        for (Object what : scripts.get(0)) {
          if (what instanceof Long barrier && barrier > abortedId) {
            assertThat(taken.get(operator)).as("%s", this).contains(barrier);
          }
        }
      }
    }

    /** What the rest of the run depends on. */
    String state() {
      TreeMap<String, Object> state = new TreeMap<>();
      for (int source = 0; source < SOURCES; source++) {
        state.put("sent" + source, sent[source]);
      }
      for (int operator = 0; operator < 2; operator++) {
        state.put("seen" + operator, new TreeSet<>(seen.get(operator)));
        state.put("taken" + operator, taken.get(operator));
        state.put("ended" + operator, ended[operator]);
        state.put("inputs" + operator, aligners.get(operator).describe());
      }
      state.put("sizes", channels.stream().map(Channel::size).toList());
      state.put("unsent", List.copyOf(unsent));
      state.put("aborted", isAborted);
      return state.toString();
    }

    @Override
    public String toString() {
      return "steps=" + history;
    }
  }

  private static List<Object> script(int source, Object... whats) {
    return IntStream.range(0, whats.length)
        .mapToObj(i -> whats[i] instanceof Long ? whats[i] : (Object) (source + ":" + i))
        .toList();
  }

  private static final String RECORD = "record";

  private static List<List<Object>> smallScripts() {
    return List.of(
        script(0, RECORD, 1L, RECORD), script(1, 1L, RECORD, 2L), script(2, RECORD, 1L, 2L));
  }

  /** Tries every order, by going on from each state once. */
  private static int exploreAll(List<List<Object>> scripts, int abortedId) {
    Set<String> known = new HashSet<>();
    Deque<int[]> open = new ArrayDeque<>();
    open.push(new int[0]);
    while (!open.isEmpty()) {
      int[] steps = open.pop();
      List<Integer> choices = replay(scripts, abortedId, steps).choices();
      if (choices.isEmpty()) {
        replay(scripts, abortedId, steps).checkEnd();
      }
      for (int choice : choices) {
        Run run = replay(scripts, abortedId, steps);
        run.step(choice);
        if (known.add(run.state())) {
          int[] longer = java.util.Arrays.copyOf(steps, steps.length + 1);
          longer[steps.length] = choice;
          open.push(longer);
        }
      }
    }
    return known.size();
  }

  private static Run replay(List<List<Object>> scripts, int abortedId, int[] steps) {
    Run run = new Run(scripts, abortedId, 4);
    for (int step : steps) {
      run.step(step);
    }
    return run;
  }

  @Test
  void everyOrderOfASmallRun_isAConsistentCut() {
    int states = exploreAll(smallScripts(), -1);
    assertThat(states).as("states").isGreaterThan(500);
  }

  @Test
  void everyOrderOfASmallRun_withACheckpointGivenUpAtAnyMoment_goesOn() {
    int states = exploreAll(smallScripts(), 1);
    assertThat(states).as("states").isGreaterThan(500);
  }

  @Test
  void everyOrder_withASourceThatEndsEarly_isAConsistentCut() {
    int states =
        exploreAll(
            List.of(script(0, RECORD, 1L, RECORD), script(1, RECORD), script(2, 1L, RECORD)), -1);
    assertThat(states).as("states").isGreaterThan(200);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyOrderOfALongRun_isAConsistentCut(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      List<List<Object>> scripts = new ArrayList<>();
      for (int source = 0; source < SOURCES; source++) {
        List<Object> whats = new ArrayList<>();
        for (long checkpoint = 1; checkpoint <= 10; checkpoint++) {
          for (int record = random.nextInt(12); record > 0; record--) {
            whats.add(RECORD);
          }
          whats.add(checkpoint);
        }
        scripts.add(script(source, whats.toArray()));
      }
      int abortedId = random.nextBoolean() ? -1 : 1 + random.nextInt(10);
      Run run = new Run(scripts, abortedId, 4 << random.nextInt(4));
      for (List<Integer> choices = run.choices(); !choices.isEmpty(); choices = run.choices()) {
        int choice = choices.get(random.nextInt(choices.size()));
        if (choice != ABORT || random.nextInt(50) == 0) {
          run.step(choice);
        }
      }
      run.checkEnd();
    }
  }
}
