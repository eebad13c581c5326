// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A serializer for one thread: it writes through a buffer that it keeps. It notes if it is used by
 * the owner of the state and by another thread, even if not at the same moment, and if it is not
 * used by the owner that used it before.
 */
final class ConfinedSerializer<T> implements TypeSerializer<T> {
  private final TypeSerializer<T> inner;
  private final Watch watch;
  private final BinaryOutput buffer = new BinaryOutput();

  private @Nullable Thread user;
  private boolean wasOwner;

  /** What all duplicates of some serializers have noted. */
  static final class Watch {
    private final List<String> violations = new CopyOnWriteArrayList<>();
    private final ThreadLocal<Boolean> owners = ThreadLocal.withInitial(() -> false);

    /** Makes the current thread the owner of a state. */
    void enterOwner() {
      owners.set(true);
    }

    List<String> violations() {
      return violations;
    }
  }

  ConfinedSerializer(TypeSerializer<T> inner, Watch watch) {
    this.inner = inner;
    this.watch = watch;
  }

  /** Writers may pass on what they use; owners are the only users of what they use. */
  private synchronized void use() {
    Thread thread = Thread.currentThread();
    Thread before = user;
    user = thread;
    if (before != null && before != thread && (watch.owners.get() || wasOwner)) {
      watch.violations.add(
          "%s is used by %s after %s"
              .formatted(inner.schema(), thread.getName(), before.getName()));
    }
    wasOwner = watch.owners.get();
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    use();
    buffer.reset();
    inner.serialize(value, buffer);
    out.write(buffer.array(), 0, buffer.position());
  }

  @Override
  public T deserialize(BinaryInput in) {
    use();
    return inner.deserialize(in);
  }

  @Override
  public boolean isImmutable() {
    return inner.isImmutable();
  }

  @Override
  public T copy(T value) {
    use();
    return inner.copy(value);
  }

  @Override
  public int fixedLength() {
    return inner.fixedLength();
  }

  @Override
  public long stableHash(T value) {
    use();
    return inner.stableHash(value);
  }

  @Override
  public boolean equal(T a, T b) {
    use();
    return inner.equal(a, b);
  }

  @Override
  public TypeSerializer<T> duplicate() {
    return new ConfinedSerializer<>(inner.duplicate(), watch);
  }

  @Override
  public TypeSchema schema() {
    return inner.schema();
  }
}
