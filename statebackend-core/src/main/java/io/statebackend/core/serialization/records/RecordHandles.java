// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import static java.lang.invoke.MethodHandles.collectArguments;
import static java.lang.invoke.MethodHandles.dropArguments;
import static java.lang.invoke.MethodHandles.filterArguments;
import static java.lang.invoke.MethodHandles.foldArguments;
import static java.lang.invoke.MethodHandles.guardWithTest;
import static java.lang.invoke.MethodHandles.insertArguments;
import static java.lang.invoke.MethodHandles.permuteArguments;
import static java.lang.invoke.MethodType.methodType;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The code of one record class, put together of method handles: one handle writes all components,
 * another reads them and calls the constructor. The JIT compiles each as if it were written for the
 * class, so that primitives are not boxed and the serializers of components are called directly.
 *
 * @param writer of type {@code (Object record, BinaryOutput, int nullsAt)void}: writes the
 *     components after their null bits, which are zero at {@code nullsAt}, and sets these
 * @param reader of type {@code (BinaryInput, int nullsAt)Object}: reads the components after their
 *     null bits; {@code null} if there are too many for one handle
 * @param copier of type {@code (Object record)Object}: copies deeply; {@code null} as the reader
 * @param equality of type {@code (Object record, Object record)boolean}
 */
public record RecordHandles(
    MethodHandle writer,
    @Nullable MethodHandle reader,
    @Nullable MethodHandle copier,
    MethodHandle equality) {

  /** Handles have 255 arguments at most, and each component takes two while a reader is built. */
  private static final int READER_COMPONENTS_MAX = 100;

  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final MethodHandle WRITE_PART =
      find(
          "writePart",
          methodType(
              void.class,
              TypeSerializer.class,
              int.class,
              Object.class,
              BinaryOutput.class,
              int.class));
  private static final MethodHandle READ_PART =
      find(
          "readPart",
          methodType(Object.class, TypeSerializer.class, int.class, BinaryInput.class, int.class));
  private static final MethodHandle COPY_PART =
      find("copyPart", methodType(Object.class, TypeSerializer.class, Object.class));
  private static final MethodHandle EQUAL_PARTS =
      find(
          "equalParts",
          methodType(boolean.class, TypeSerializer.class, Object.class, Object.class));
  private static final MethodHandle EQUAL_BOOLEANS =
      find("equalBooleans", methodType(boolean.class, boolean.class, boolean.class));
  private static final MethodHandle EQUAL_LONGS =
      find("equalLongs", methodType(boolean.class, long.class, long.class));
  private static final MethodHandle EQUAL_DOUBLES =
      find("equalDoubles", methodType(boolean.class, double.class, double.class));

  /** Puts the handles of a record class together. */
  static RecordHandles of(RecordClass<?> recordClass, List<RecordComponentForm> components) {
    return new RecordHandles(
        writer(recordClass, components),
        reader(recordClass, components),
        copier(recordClass, components),
        equality(recordClass, components));
  }

  private static MethodHandle find(String name, MethodType type) {
    try {
      return LOOKUP.findStatic(RecordParts.class, name, type);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no method " + name, e);
    }
  }

  private static MethodHandle writer(
      RecordClass<?> recordClass, List<RecordComponentForm> components) {
    MethodType type = methodType(void.class, Object.class, BinaryOutput.class, int.class);
    List<MethodHandle> steps =
        components.stream()
            .map(component -> writeStep(recordClass.accessor(component.index()), component, type))
            .toList();
    return steps.isEmpty() ? MethodHandles.empty(type) : inSequence(steps);
  }

  private static MethodHandle writeStep(
      MethodHandle accessor, RecordComponentForm component, MethodType type) {
    if (component.isNullable()) {
      MethodHandle write =
          insertArguments(WRITE_PART, 0, component.serializer(), component.nullBit());
      return filterArguments(write, 0, accessor.asType(methodType(Object.class, Object.class)));
    }
    Class<?> primitive = accessor.type().returnType();
    MethodHandle write = primitiveWriter(primitive);
    Class<?> written = write.type().parameterType(1);
    MethodHandle valueFirst =
        permuteArguments(write, methodType(void.class, written, BinaryOutput.class), 1, 0);
    MethodHandle value = accessor.asType(methodType(written, Object.class));
    return dropArguments(filterArguments(valueFirst, 0, value), 2, type.parameterType(2));
  }

  private static MethodHandle primitiveWriter(Class<?> primitive) {
    return switch (primitive.getName()) {
      case "boolean" -> output("writeBoolean", boolean.class);
      case "byte" -> output("writeByte", int.class);
      case "short", "char" -> output("writeShort", int.class);
      case "int" -> output("writeInt", int.class);
      case "long" -> output("writeLong", long.class);
      case "float" -> output("writeFloat", float.class);
      default -> output("writeDouble", double.class);
    };
  }

  private static MethodHandle output(String method, Class<?> written) {
    try {
      return LOOKUP.findVirtual(BinaryOutput.class, method, methodType(void.class, written));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no method " + method, e);
    }
  }

  /** Joins steps that return nothing, as a balanced tree so that it does not get deep. */
  private static MethodHandle inSequence(List<MethodHandle> steps) {
    if (steps.size() == 1) {
      return steps.get(0);
    }
    int middle = steps.size() / 2;
    return foldArguments(
        inSequence(steps.subList(middle, steps.size())), inSequence(steps.subList(0, middle)));
  }

  private static @Nullable MethodHandle reader(
      RecordClass<?> recordClass, List<RecordComponentForm> components) {
    MethodType type = methodType(Object.class, BinaryInput.class, int.class);
    if (components.size() > READER_COMPONENTS_MAX) {
      return null;
    }
    MethodHandle whole = recordClass.constructor();
    // What is collected last is read first.
    for (int i = components.size() - 1; i >= 0; i--) {
      Class<?> parameter = recordClass.components()[i].getType();
      whole = collectArguments(whole, i, readStep(components.get(i), parameter));
    }
    int[] order = new int[2 * components.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i & 1;
    }
    return permuteArguments(whole.asType(whole.type().changeReturnType(Object.class)), type, order);
  }

  private static MethodHandle readStep(RecordComponentForm component, Class<?> parameter) {
    if (component.isNullable()) {
      MethodHandle read =
          insertArguments(READ_PART, 0, component.serializer(), component.nullBit());
      return read.asType(read.type().changeReturnType(parameter));
    }
    MethodHandle read =
        switch (parameter.getName()) {
          case "boolean" -> input("readBoolean", boolean.class);
          case "byte" -> input("readByte", byte.class);
          case "short" -> input("readShort", short.class);
          case "char" ->
              MethodHandles.explicitCastArguments(
                  input("readShort", short.class), methodType(char.class, BinaryInput.class));
          case "int" -> input("readInt", int.class);
          case "long" -> input("readLong", long.class);
          case "float" -> input("readFloat", float.class);
          default -> input("readDouble", double.class);
        };
    return dropArguments(read, 1, int.class);
  }

  private static MethodHandle input(String method, Class<?> read) {
    try {
      return LOOKUP.findVirtual(BinaryInput.class, method, methodType(read));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no method " + method, e);
    }
  }

  private static @Nullable MethodHandle copier(
      RecordClass<?> recordClass, List<RecordComponentForm> components) {
    if (components.size() > READER_COMPONENTS_MAX) {
      return null;
    }
    MethodHandle whole = recordClass.constructor();
    for (int i = components.size() - 1; i >= 0; i--) {
      MethodHandle part = recordClass.accessor(i);
      TypeSerializer<Object> serializer = components.get(i).serializer();
      if (!part.type().returnType().isPrimitive() && !serializer.isImmutable()) {
        MethodHandle copy = insertArguments(COPY_PART, 0, serializer);
        part =
            filterArguments(copy, 0, part.asType(methodType(Object.class, Object.class)))
                .asType(part.type());
      }
      whole = collectArguments(whole, i, part);
    }
    MethodType type = methodType(Object.class, Object.class);
    return permuteArguments(
        whole.asType(whole.type().changeReturnType(Object.class)),
        type,
        new int[components.size()]);
  }

  private static MethodHandle equality(
      RecordClass<?> recordClass, List<RecordComponentForm> components) {
    MethodType type = methodType(boolean.class, Object.class, Object.class);
    MethodHandle no = MethodHandles.empty(type);
    MethodHandle whole =
        dropArguments(MethodHandles.constant(boolean.class, true), 0, Object.class, Object.class);
    for (int i = components.size() - 1; i >= 0; i--) {
      MethodHandle accessor = recordClass.accessor(i);
      MethodHandle test = equalParts(accessor.type().returnType(), components.get(i).serializer());
      MethodHandle part = accessor.asType(methodType(test.type().parameterType(0), Object.class));
      whole = guardWithTest(filterArguments(test, 0, part, part), whole, no);
    }
    return whole;
  }

  private static MethodHandle equalParts(Class<?> component, TypeSerializer<Object> serializer) {
    if (!component.isPrimitive()) {
      return insertArguments(EQUAL_PARTS, 0, serializer);
    }
    boolean isFraction = component == float.class || component == double.class;
    if (component == boolean.class) {
      return EQUAL_BOOLEANS;
    }
    return isFraction ? EQUAL_DOUBLES : EQUAL_LONGS;
  }
}
