// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exceptions and errors: the message, the cause, where it was thrown, and what was suppressed.
 * Their fields are closed, so they are made by a constructor that takes a message, and only classes
 * are taken whose objects hold nothing else.
 */
final class ThrowableForm extends Serializer<Throwable> {
  private final Class<? extends Throwable> type;

  private ThrowableForm(Class<? extends Throwable> type) {
    this.type = type;
  }

  /** Returns the form of a class, or {@code null} if it is none of exceptions, or holds more. */
  static @Nullable ThrowableForm find(Class<?> type) {
    if (!Throwable.class.isAssignableFrom(type) || Modifier.isAbstract(type.getModifiers())) {
      return null;
    }
    for (Class<?> c = type; c != Throwable.class; c = c.getSuperclass()) {
      boolean hasFields =
          Arrays.stream(c.getDeclaredFields()).anyMatch(f -> !Modifier.isStatic(f.getModifiers()));
      if (hasFields || overrides(c, "getMessage") || overrides(c, "getCause")) {
        return null;
      }
    }
    ThrowableForm form = new ThrowableForm(type.asSubclass(Throwable.class));
    return form.isMadeOfMessages() ? form : null;
  }

  private static boolean overrides(Class<?> type, String method) {
    return Arrays.stream(type.getDeclaredMethods())
        .anyMatch(m -> m.getName().equals(method) && m.getParameterCount() == 0);
  }

  private boolean isMadeOfMessages() {
    try {
      Throwable trial = create("a message");
      Throwable unused = trial.initCause(new Throwable());
      return "a message".equals(trial.getMessage());
    } catch (KryoException | IllegalStateException | InaccessibleObjectException e) {
      return false; // No such constructor, one that is closed, or one that sets the cause.
    }
  }

  private Throwable create(@Nullable String message) {
    try {
      Constructor<? extends Throwable> constructor = type.getDeclaredConstructor(String.class);
      if (!Modifier.isPublic(constructor.getModifiers() & type.getModifiers())) {
        constructor.setAccessible(true);
      }
      return constructor.newInstance(message);
    } catch (ReflectiveOperationException e) {
      throw new KryoException("a " + type.getName() + " cannot be made of a message: " + e, e);
    }
  }

  @Override
  public void write(Kryo kryo, Output output, Throwable throwable) {
    checkMessage(throwable);
    output.writeString(throwable.getMessage());
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(throwable);
    kryo.writeClassAndObject(output, throwable.getCause());
    StackTraceElement[] trace = throwable.getStackTrace();
    output.writeVarInt(trace.length, true);
    for (StackTraceElement element : trace) {
      output.writeString(element.getClassLoaderName());
      output.writeString(element.getModuleName());
      output.writeString(element.getModuleVersion());
      output.writeString(element.getClassName());
      output.writeString(element.getMethodName());
      output.writeString(element.getFileName());
      output.writeInt(element.getLineNumber());
    }
    Throwable[] suppressed = throwable.getSuppressed();
    output.writeVarInt(suppressed.length, true);
    for (Throwable one : suppressed) {
      kryo.writeClassAndObject(output, one);
    }
    graph.end();
  }

  private void checkMessage(Throwable throwable) {
    String message = throwable.getMessage();
    if (!Objects.equals(create(message).getMessage(), message)) {
      throw new KryoException(
          "a "
              + type.getName()
              + " whose message its constructor would not make of it: message="
              + message);
    }
  }

  @Override
  public Throwable read(Kryo kryo, Input input, Class<? extends Throwable> ignored) {
    Throwable throwable = create(input.readString());
    kryo.reference(throwable);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(throwable);
    setCause(throwable, kryo.readClassAndObject(input));
    StackTraceElement[] trace = new StackTraceElement[input.readVarInt(true)];
    for (int i = 0; i < trace.length; i++) {
      trace[i] =
          new StackTraceElement(
              input.readString(),
              input.readString(),
              input.readString(),
              String.valueOf(input.readString()),
              String.valueOf(input.readString()),
              input.readString(),
              input.readInt());
    }
    throwable.setStackTrace(trace);
    for (int i = input.readVarInt(true); i > 0; i--) {
      suppress(throwable, kryo.readClassAndObject(input));
    }
    graph.end();
    return throwable;
  }

  private static void setCause(Throwable throwable, @Nullable Object cause) {
    if (cause == null) {
      return;
    }
    if (!(cause instanceof Throwable thrown) || cause == throwable) {
      throw new KryoException("not a cause: " + cause.getClass().getName());
    }
    Throwable unused = throwable.initCause(thrown);
  }

  private static void suppress(Throwable throwable, @Nullable Object suppressed) {
    if (!(suppressed instanceof Throwable thrown) || suppressed == throwable) {
      throw new KryoException("not what an exception suppresses: " + suppressed);
    }
    throwable.addSuppressed(thrown);
  }

  @Override
  public Throwable copy(Kryo kryo, Throwable original) {
    checkMessage(original);
    Throwable copy = create(original.getMessage());
    kryo.reference(copy);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(copy);
    setCause(copy, kryo.copy(original.getCause()));
    copy.setStackTrace(original.getStackTrace());
    for (Throwable one : original.getSuppressed()) {
      suppress(copy, kryo.copy(one));
    }
    graph.end();
    return copy;
  }
}
