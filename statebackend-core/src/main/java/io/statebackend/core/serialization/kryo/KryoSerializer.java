// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Output;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values as Kryo writes them, after their length. Objects may refer to each other in any way,
 * cycles included, up to 512 levels deep. Each thread has its Kryo.
 *
 * @param <T> the class or interface of the values
 */
public final class KryoSerializer<T> implements BuiltInSerializer<T> {
  private static final int BUFFER_KEPT_BYTES_MAX = 1 << 16;
  private static final byte[] NO_BYTES = {};

  private final Class<T> type;
  private final TypeSchema schema;

  /** What compares with stored schemas; {@code null} in what only reads stored forms. */
  private final @Nullable KryoClasses classes;

  private final KeyHash<T> keyHash;
  private final boolean hasEquals;
  private final ThreadLocal<Session> sessions;

  /** What one thread uses. */
  private static final class Session {
    final Kryo kryo;
    final BoundedInput input = new BoundedInput();
    Output output = new Output(1024, -1);

    Session(Kryo kryo) {
      this.kryo = kryo;
    }
  }

  private KryoSerializer(
      Class<T> type, TypeSchema schema, @Nullable KryoClasses classes, Supplier<Kryo> kryos) {
    this.type = type;
    this.schema = schema;
    this.classes = classes;
    this.keyHash = new KeyHash<>(this);
    this.hasEquals = overridesEquals(type);
    this.sessions = ThreadLocal.withInitial(() -> new Session(kryos.get()));
  }

  /**
   * Creates the serializer of a class.
   *
   * @throws IllegalArgumentException if nothing can be written with the settings
   */
  public static <T> KryoSerializer<T> of(Class<T> type, KryoSettings settings) {
    if (type.isPrimitive()) {
      throw new IllegalArgumentException(
          "Kryo does not write " + type + "; use Serializers.of(" + type + ".class)");
    }
    KryoClasses classes = KryoClasses.reachedFrom(settings);
    if (classes.registered().stream().noneMatch(type::isAssignableFrom)) {
      throw new IllegalArgumentException(
          type.getName()
              + " can be any class; name those that occur: Serializers.kryo("
              + type.getSimpleName()
              + ".class, First.class, Second.class)");
    }
    return new KryoSerializer<>(type, classes.schema(), classes, classes::newKryo);
  }

  private static boolean overridesEquals(Class<?> type) {
    try {
      return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class
          && !type.isInterface();
    } catch (NoSuchMethodException e) {
      // Interfaces have no equals of Object.
      return false;
    }
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    Session session = sessions.get();
    Output output = session.output;
    try {
      session.kryo.writeClassAndObject(output, value);
    } catch (RuntimeException e) {
      throw refused(value, e);
    }
    int length = output.position();
    out.writeVarInt(length);
    out.write(output.getBuffer(), 0, length);
    output.reset();
    if (output.getBuffer().length > BUFFER_KEPT_BYTES_MAX) {
      session.output = new Output(BUFFER_KEPT_BYTES_MAX, -1);
    }
  }

  private IllegalArgumentException refused(T value, RuntimeException cause) {
    // A Kryo that failed half-way may be in any state: the next call makes a new one.
    sessions.remove();
    return new IllegalArgumentException(
        "Kryo cannot write or copy a " + value.getClass().getName() + ": " + cause.getMessage(),
        cause);
  }

  @Override
  public T deserialize(BinaryInput in) {
    int length = in.readLength();
    int from = in.position();
    in.skip(length);
    Session session = sessions.get();
    BoundedInput input = session.input;
    @Nullable Object value;
    try {
      input.reset(in.array(), from, length);
      value = session.kryo.readClassAndObject(input);
    } catch (RuntimeException e) {
      sessions.remove();
      throw unreadable(e);
    }
    int unread = in.position() - input.position();
    input.reset(NO_BYTES, 0, 0);
    if (unread != 0 || !type.isInstance(value)) {
      throw new CorruptStateException(
          "not a "
              + type.getName()
              + " as Kryo writes it: actual="
              + (value == null ? null : value.getClass().getName())
              + ", unreadBytes="
              + unread);
    }
    return type.cast(value);
  }

  private StateException unreadable(RuntimeException cause) {
    for (Throwable c = cause; c != null; c = c.getCause()) {
      if (c instanceof IncompatibleStateException incompatible) {
        return new IncompatibleStateException(String.valueOf(incompatible.getMessage()), cause);
      }
    }
    return new CorruptStateException(
        "not a " + type.getName() + " as Kryo writes it: " + FieldsSerializer.describe(cause),
        cause);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public T copy(T value) {
    try {
      return sessions.get().kryo.copy(value);
    } catch (RuntimeException e) {
      throw refused(value, e);
    } catch (StackOverflowError e) {
      // Kryo looks at the depth when it writes and reads, and not when it copies.
      String message = "its objects refer to each other more than 512 levels deep";
      throw refused(value, new IllegalArgumentException(message, e));
    }
  }

  @Override
  public long stableHash(T value) {
    return keyHash.of(value);
  }

  /**
   * {@inheritDoc} Asks {@code equals} if the class has one, and compares the bytes if that says no:
   * it does so for arrays in records, for instance.
   */
  @Override
  public boolean equal(T a, T b) {
    return a == b || (hasEquals && a.equals(b)) || Arrays.equals(bytes(a), bytes(b));
  }

  private byte[] bytes(T value) {
    BinaryOutput out = new BinaryOutput();
    serialize(value, out);
    return out.toByteArray();
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /**
   * {@inheritDoc} Classes, fields and constants are matched by name: classes may change their ids,
   * fields may be added, removed and renamed.
   */
  @Override
  public Compatibility<T> compatibility(StoredType stored, Path path) {
    if (!stored.type().equals(Words.KRYO) || classes == null) {
      return path.differs(stored, schema);
    }
    KryoEvolution evolution = new KryoEvolution(classes, schema, stored.schema());
    String obstacle = evolution.obstacle();
    if (obstacle != null) {
      return path.incompatible(obstacle);
    }
    return evolution.isUnchanged()
        ? Compatibility.asIs()
        : Compatibility.afterMigration(
            new KryoSerializer<>(type, stored.schema(), null, evolution::newKryo));
  }
}
