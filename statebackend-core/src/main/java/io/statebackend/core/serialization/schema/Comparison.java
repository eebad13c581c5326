// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * Types are compared once for each pair of a declared and a stored one, however often the pair
 * stands in the two schemas: otherwise records that share records would double the work at each
 * level.
 *
 * Types that contain themselves need their own answer while it is looked for. The first walk takes
 * it to be "as is". If the whole is then found to be as is, the assumption was right everywhere.
 * Otherwise the second walk takes it to be "after migration", with a reader that is bound when the
 * answer is there. A type may then be migrated that has not changed, which reads the same values.
 */
/**
 * The comparison of a declared type with a stored one, and what it has found out of their parts.
 */
final class Comparison {
  /** The most losses that are told, as one part may stand in very many places. */
  private static final int LOSSES_MAX = 100;

  private final boolean takesAsIs;
  private final Consumer<String> losses;
  private final Map<Pair, Answer> answers = new HashMap<>();

  /**
   * The pairs that are being compared, and what reads them inside of themselves if that is used.
   */
  private final Map<Pair, Inside> open = new HashMap<>();

  /** What was told to be dropped, by the path where it was found. */
  private final List<Loss> told = new ArrayList<>();

  private boolean hasTaken;

  /** A declared and a stored type, of which each is the very one. */
  private static final class Pair {
    private final TypeSerializer<?> declared;
    private final StoredType stored;

    Pair(TypeSerializer<?> declared, StoredType stored) {
      this.declared = declared;
      this.stored = stored;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Pair that && declared == that.declared && stored == that.stored;
    }

    @Override
    public int hashCode() {
      return 31 * System.identityHashCode(declared) + System.identityHashCode(stored);
    }
  }

  /** The answer for a pair, and what of it is dropped, by paths from there. */
  private record Answer(Compatibility<?> compatibility, List<Loss> losses) {}

  private record Loss(String path, String what) {}

  private static final class Inside {
    private @Nullable LateReader<?> reader;
  }

  private Comparison(boolean takesAsIs, Consumer<String> losses) {
    this.takesAsIs = takesAsIs;
    this.losses = losses;
  }

  /** Compares a declared type with a stored one. */
  static <T> Compatibility<T> of(BuiltInSerializer<T> declared, TypeSchema schema) {
    if (declared.schema().equals(schema)) {
      return Compatibility.asIs();
    }
    StoredType stored = StoredType.of(schema);
    Comparison first = new Comparison(true, loss -> {});
    Compatibility<T> answer = declared.compatibility(stored, new Path("", first));
    return answer instanceof Compatibility.AfterMigration<T> && first.hasTaken
        ? declared.compatibility(stored, new Path("", new Comparison(false, loss -> {})))
        : answer;
  }

  /** Returns the path of a whole value, of which a comparison tells what migration drops. */
  static Path tellingLosses(Consumer<String> losses) {
    return new Path("", new Comparison(false, losses));
  }

  void dropped(String path, String what) {
    if (told.size() < LOSSES_MAX) {
      told.add(new Loss(path, what));
      losses.accept(path + " " + what);
    }
  }

  /**
   * Answers for a pair that may contain itself and stand in several places.
   *
   * @param path where it stands
   * @param late makes what stands for its reader inside of itself
   * @param answer compares the parts
   */
  @SuppressWarnings("unchecked") // What is kept for a declared type is of that type.
  <T> Compatibility<T> once(
      TypeSerializer<T> declared,
      StoredType stored,
      String path,
      Supplier<LateReader<T>> late,
      Supplier<Compatibility<T>> answer) {
    Pair pair = new Pair(declared, stored);
    Answer known = answers.get(pair);
    if (known != null) {
      known.losses.forEach(loss -> dropped(path + loss.path, loss.what));
      return (Compatibility<T>) known.compatibility;
    }
    Inside around = open.get(pair);
    if (around != null) {
      return inside(around, late);
    }
    Inside inside = new Inside();
    open.put(pair, inside);
    int toldBefore = told.size();
    Compatibility<T> found = answer.get();
    open.remove(pair);
    LateReader<T> reader = (LateReader<T>) inside.reader;
    if (reader != null) {
      reader.bind(Parts.reader(found, declared));
    }
    List<Loss> here =
        told.subList(toldBefore, told.size()).stream()
            .map(loss -> new Loss(loss.path.substring(path.length()), loss.what))
            .toList();
    answers.put(pair, new Answer(found, here));
    return found;
  }

  @SuppressWarnings("unchecked") // What is kept for a declared type is of that type.
  private <T> Compatibility<T> inside(Inside around, Supplier<LateReader<T>> late) {
    if (takesAsIs) {
      hasTaken = true;
      return Compatibility.asIs();
    }
    LateReader<T> reader = (LateReader<T>) around.reader;
    if (reader == null) {
      reader = late.get();
      around.reader = reader;
    }
    return Compatibility.afterMigration(Objects.requireNonNull(reader));
  }
}
