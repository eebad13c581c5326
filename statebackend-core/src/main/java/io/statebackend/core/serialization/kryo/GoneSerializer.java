// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes over the stored objects of a class that is gone, by the form that was stored of it. */
public abstract sealed class GoneSerializer extends Serializer<Object> {
  private final String className;

  /**
   * Stands for an object.
   *
   * @param className the name of its class
   */
  record GoneObject(String className) {}

  /**
   * Stands for a constant of an enum.
   *
   * @param className the name of the enum
   */
  record GoneConstant(String className) {}

  private GoneSerializer(String className) {
    this.className = className;
  }

  /** Returns the class whose instances stand for the objects. */
  Class<?> standIn() {
    return GoneObject.class;
  }

  @Override
  public void write(Kryo kryo, Output output, @Nullable Object object) {
    throw new UnsupportedOperationException("reads what is stored of " + className);
  }

  @Override
  public @Nullable Object read(Kryo kryo, Input input, Class<? extends Object> ignored) {
    RegisteredOnlyKryo reading = (RegisteredOnlyKryo) kryo;
    reading.onMissingClass(className);
    GoneObject gone = new GoneObject(className);
    kryo.reference(gone);
    skip(reading, input);
    return gone;
  }

  /** Reads past the parts of an object. */
  abstract void skip(RegisteredOnlyKryo kryo, Input input);

  /** An object with fields. */
  static final class OfFields extends GoneSerializer {
    private final List<KryoValue> fields;

    OfFields(String className, List<KryoValue> fields) {
      super(className);
      this.fields = fields;
    }

    @Override
    void skip(RegisteredOnlyKryo kryo, Input input) {
      for (KryoValue field : fields) {
        Object unused = field.read(kryo, input);
      }
    }
  }

  /** An array of objects, in the form of Kryo's serializer: the length + 1, the elements. */
  static final class OfElements extends GoneSerializer {
    private final List<KryoValue> element;

    /** Creates the serializer; {@code element} has one part, once it is filled. */
    OfElements(String className, List<KryoValue> element) {
      super(className);
      this.element = element;
      setAcceptsNull(true);
    }

    @Override
    void skip(RegisteredOnlyKryo kryo, Input input) {
      for (int i = input.readVarInt(true) - 1; i > 0; i--) {
        Object unused = element.get(0).read(kryo, input);
      }
    }
  }

  /** A constant of an enum, by its name. */
  static final class OfConstants extends GoneSerializer {
    private final String className;

    OfConstants(String className) {
      super(className);
      this.className = className;
      setAcceptsNull(true);
    }

    @Override
    Class<?> standIn() {
      return GoneConstant.class;
    }

    @Override
    public @Nullable Object read(Kryo kryo, Input input, Class<? extends Object> ignored) {
      if (input.readString() == null) {
        return null;
      }
      ((RegisteredOnlyKryo) kryo).onMissingClass(className);
      return new GoneConstant(className);
    }

    @Override
    void skip(RegisteredOnlyKryo kryo, Input input) {
      String unused = input.readString();
    }
  }
}
