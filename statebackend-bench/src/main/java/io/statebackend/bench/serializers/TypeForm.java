// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * The serializers of one type, and its values as each of them takes them.
 *
 * @param serializer ours
 * @param values makes the values
 * @param flinkSerializer Flink's
 * @param flinkValues makes the values for Flink and Kryo: the same ones, or records as POJOs
 * @param kryoClasses the classes to register with Kryo, that of the values first
 * @param <T> the type
 * @param <F> the type for Flink and Kryo
 */
record TypeForm<T, F>(
    TypeSerializer<T> serializer,
    IntFunction<T> values,
    org.apache.flink.api.common.typeutils.TypeSerializer<F> flinkSerializer,
    IntFunction<F> flinkValues,
    List<Class<?>> kryoClasses) {
  private static final int BUFFER_BYTES = 1 << 16;

  /** A type that all take alike. */
  static <T> TypeForm<T, T> of(
      TypeSerializer<T> serializer,
      org.apache.flink.api.common.typeutils.TypeSerializer<T> flinkSerializer,
      IntFunction<T> values,
      Class<?>... kryoClasses) {
    return new TypeForm<>(serializer, values, flinkSerializer, values, List.of(kryoClasses));
  }

  private static <V> List<V> make(IntFunction<V> values) {
    List<V> made = new ArrayList<>();
    for (int i = 0; i < SerializerSubject.VALUE_COUNT; i++) {
      made.add(values.apply(i));
    }
    return made;
  }

  SerializerSubject ours() {
    List<T> made = make(values);
    BinaryOutput out = new BinaryOutput(BUFFER_BYTES);
    BinaryInput in = new BinaryInput();
    return new SerializerSubject() {
      @Override
      public int write() {
        out.reset();
        for (T value : made) {
          serializer.serialize(value, out);
        }
        return out.position();
      }

      @Override
      public Object read() {
        in.reset(out.array(), 0, out.position());
        Object last = made;
        for (int i = 0; i < VALUE_COUNT; i++) {
          last = serializer.deserialize(in);
        }
        return last;
      }
    };
  }

  SerializerSubject flink() {
    List<F> made = make(flinkValues);
    DataOutputSerializer out = new DataOutputSerializer(BUFFER_BYTES);
    DataInputDeserializer in = new DataInputDeserializer();
    return new SerializerSubject() {
      @Override
      public int write() throws IOException {
        out.clear();
        for (F value : made) {
          flinkSerializer.serialize(value, out);
        }
        return out.length();
      }

      @Override
      public Object read() throws IOException {
        in.setBuffer(out.getSharedBuffer(), 0, out.length());
        Object last = made;
        for (int i = 0; i < VALUE_COUNT; i++) {
          last = flinkSerializer.deserialize(in);
        }
        return last;
      }
    };
  }

  SerializerSubject kryo() {
    List<F> made = make(flinkValues);
    Kryo kryo = new Kryo();
    kryoClasses.forEach(kryo::register);
    Output out = new Output(BUFFER_BYTES, -1);
    Input in = new Input();
    Class<?> type = kryoClasses.get(0);
    return new SerializerSubject() {
      @Override
      public int write() {
        out.reset();
        for (F value : made) {
          kryo.writeObject(out, value);
        }
        return out.position();
      }

      @Override
      public Object read() {
        in.setBuffer(out.getBuffer(), 0, out.position());
        Object last = made;
        for (int i = 0; i < VALUE_COUNT; i++) {
          last = kryo.readObject(in, type);
        }
        return last;
      }
    };
  }
}
