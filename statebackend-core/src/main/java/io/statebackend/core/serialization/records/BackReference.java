// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.LateReader;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands for a record or sealed interface inside itself, such as for the elements of {@code record
 * Tree(int value, List<Tree> children)}. How deep values are nested is bounded, as each level takes
 * room on the stack.
 *
 * @param <T> the record or sealed interface
 */
public final class BackReference<T> implements BuiltInSerializer<T>, LateReader<T> {
  /** Levels of values inside values: a stack of 512 KiB is enough for them. */
  public static final int DEPTH_MAX = 256;

  /**
   * How deep a thread is in values inside values. A thread may outlive the class loader of this
   * class, so what it keeps is a class of the JDK.
   */
  private static final ThreadLocal<int[]> DEPTH = ThreadLocal.withInitial(() -> new int[1]);

  private final TypeSchema schema;
  private final boolean immutable;

  /** The serializer of the whole, which is made after those of its parts. */
  private volatile @Nullable TypeSerializer<T> whole;

  /**
   * Creates a reference, to be bound before it is used.
   *
   * @param name the name that the type has in its schema
   * @param immutable whether its values are taken to be immutable; see {@link #isAsTaken}
   */
  public BackReference(String name, boolean immutable) {
    this.schema = TypeSchema.named(Words.ENCLOSING, name, List.of());
    this.immutable = immutable;
  }

  /**
   * Returns what stands for the reader of a stored type inside of itself.
   *
   * @param name the name that the declared type has in its schema
   */
  static <T> LateReader<T> late(String name) {
    return new BackReference<>(name, false);
  }

  @Override
  public void bind(TypeSerializer<T> serializer) {
    whole = serializer;
  }

  @Override
  public TypeSerializer<T> whole() {
    return requireNonNull(whole, "whole");
  }

  @Override
  public LateReader<T> unbound() {
    return new BackReference<>(String.valueOf(schema.name()), immutable);
  }

  /** Duplicates the whole, as what it stands for is no part of it. */
  @Override
  public TypeSerializer<T> duplicate() {
    return whole().duplicate();
  }

  /** Tells whether values are immutable if, and only if, they were taken to be. */
  public boolean isAsTaken() {
    return whole().isImmutable() == immutable;
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    int[] depth = enter();
    try {
      whole().serialize(value, out);
    } finally {
      depth[0]--;
    }
  }

  @Override
  public T deserialize(BinaryInput in) {
    int[] depth = DEPTH.get();
    if (depth[0] == DEPTH_MAX) {
      throw new CorruptStateException(
          "values of %s are nested too deep: expected=%d levels at most"
              .formatted(schema.name(), DEPTH_MAX));
    }
    depth[0]++;
    try {
      return whole().deserialize(in);
    } finally {
      depth[0]--;
    }
  }

  /** {@inheritDoc} One that is nested too deep is. */
  @Override
  public boolean canRefuse() {
    return true;
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  public T copy(T value) {
    int[] depth = enter();
    try {
      return whole().copy(value);
    } finally {
      depth[0]--;
    }
  }

  @Override
  public boolean equal(T a, T b) {
    int[] depth = enter();
    try {
      return whole().equal(a, b);
    } finally {
      depth[0]--;
    }
  }

  /** Goes one level deeper into a value of the program. */
  private int[] enter() {
    int[] depth = DEPTH.get();
    if (depth[0] == DEPTH_MAX) {
      throw new IllegalArgumentException(
          "a value of %s is nested too deep: expected=%d levels at most; keep what is chained in a List, or what belongs to one key in a map state"
              .formatted(schema.name(), DEPTH_MAX));
    }
    depth[0]++;
    return depth;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public Compatibility<T> compatibility(StoredType stored, Path path) {
    return path.compare(whole(), stored);
  }
}
