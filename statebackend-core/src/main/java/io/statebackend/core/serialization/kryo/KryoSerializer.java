// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

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
 * cycles included, up to 512 levels deep. What a call uses is taken from a pool and put back only
 * if the call succeeds, so that no failure of any kind leaves anything behind.
 *
 * @param <T> the class or interface of the values
 */
public final class KryoSerializer<T> implements BuiltInSerializer<T> {
  /** How Kryo begins to say that a graph is too deep. */
  private static final String MAX_DEPTH_EXCEEDED = "Max depth exceeded";

  private final Class<T> type;
  private final TypeSchema schema;

  /** What compares with stored schemas; {@code null} in what only reads stored forms. */
  private final @Nullable KryoClasses classes;

  private final KeyHash<T> keyHash;
  private final boolean hasEquals;

  /** Whether a copy is what is read of what is written, as custom serializers need not copy. */
  private final boolean copiesByWriting;

  private final KryoSessions sessions;

  private KryoSerializer(
      Class<T> type,
      TypeSchema schema,
      @Nullable KryoClasses classes,
      Supplier<RegisteredOnlyKryo> kryos) {
    this.type = type;
    this.schema = schema;
    this.classes = classes;
    this.keyHash = new KeyHash<>(this);
    this.hasEquals = overridesEquals(type);
    this.sessions = new KryoSessions(kryos);
    this.copiesByWriting = classes != null && classes.haveCustomForms();
  }

  /**
   * Creates the serializer of a class.
   *
   * @throws IllegalArgumentException if nothing can be written with the settings
   */
  public static <T> KryoSerializer<T> of(Class<T> type, KryoSettings settings) {
    if (type.isPrimitive() || ReachableClasses.isKnownToKryo(type)) {
      throw new IllegalArgumentException(
          "Kryo does not write "
              + type
              + " alone; use Serializers.of("
              + type.getSimpleName()
              + ".class)");
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
    KryoSessions.Session session = sessions.take();
    Output output = session.output();
    try {
      session.kryo().writeClassAndObject(output, value);
    } catch (RuntimeException e) {
      throw refused(value, e);
    } catch (StackOverflowError e) {
      throw refused(value, tooDeep(e));
    }
    int length = output.position();
    out.writeVarInt(length);
    out.write(output.getBuffer(), 0, length);
    session.kryo().graph().complete();
    sessions.giveBack(session);
  }

  private static IllegalArgumentException tooDeep(StackOverflowError cause) {
    return new IllegalArgumentException(
        "the stack of the thread ended while its objects were written or copied, which refer to"
            + " each other too deep, or a serializer or method of its classes does not end",
        cause);
  }

  private IllegalArgumentException refused(T value, RuntimeException cause) {
    String message = String.valueOf(cause.getMessage());
    if (message.startsWith(MAX_DEPTH_EXCEEDED)) {
      int trace = message.indexOf('\n');
      message = RegisteredOnlyKryo.TOO_DEEP + (trace < 0 ? "" : message.substring(trace));
    }
    return new IllegalArgumentException(
        "Kryo cannot write or copy a " + value.getClass().getName() + ": " + message, cause);
  }

  @Override
  public T deserialize(BinaryInput in) {
    int length = in.readLength();
    int from = in.position();
    in.skip(length);
    KryoSessions.Session session = sessions.take();
    BoundedInput input = session.input();
    @Nullable Object value;
    try {
      input.reset(in.array(), from, length);
      value = session.kryo().readClassAndObject(input);
      session.kryo().graph().complete();
    } catch (RuntimeException e) {
      throw unreadable(e);
    } catch (StackOverflowError e) {
      throw new IllegalStateException(
          "the stack of thread '%s' ended while a %s was read, whose objects refer to each other up to %d levels deep, or whose class does not end in its own code; read it in a thread with a larger stack"
              .formatted(
                  Thread.currentThread().getName(), type.getName(), RegisteredOnlyKryo.DEPTH_MAX),
          e);
    }
    int unread = in.position() - input.position();
    sessions.giveBack(session);
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

  /** {@inheritDoc} An object of a class that is not registered is. */
  @Override
  public boolean canRefuse() {
    return true;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  /**
   * {@inheritDoc} A value that cannot be written is not copied either, so that an engine that keeps
   * objects refuses it when it comes.
   */
  @Override
  public T copy(T value) {
    if (copiesByWriting) {
      BinaryOutput out = new BinaryOutput();
      serialize(value, out);
      BinaryInput in = new BinaryInput();
      in.reset(out.array(), 0, out.position());
      return deserialize(in);
    }
    KryoSessions.Session session = sessions.take();
    T copy;
    try {
      copy = session.kryo().copy(value);
      session.kryo().graph().complete();
    } catch (RuntimeException e) {
      throw refused(value, e);
    } catch (StackOverflowError e) {
      throw refused(value, tooDeep(e));
    }
    sessions.giveBack(session);
    return copy;
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
    if (evolution.isUnchanged()) {
      return Compatibility.asIs();
    }
    evolution.losses().forEach(path::dropped);
    return Compatibility.afterMigration(
        new KryoSerializer<>(type, stored.schema(), null, evolution::newKryo));
  }
}
