// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.TypeSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thread that lives on keeps no class loader of a program whose state it wrote and read. */
final class ClassLoaderTest {

  /** Loads one class itself and leaves all others to its parent. */
  private static final class ProgramLoader extends ClassLoader {
    ProgramLoader(ClassLoader parent) {
      super(parent);
    }

    Class<?> load(Class<?> type) throws IOException {
      String file = "/" + type.getName().replace('.', '/') + ".class";
      try (InputStream in = type.getResourceAsStream(file)) {
        byte[] bytes = in.readAllBytes();
        return defineClass(type.getName(), bytes, 0, bytes.length);
      }
    }
  }

  @Test
  void kryo_loadersOfProgramsThatEnded() throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      loaders.add(useOnce());
    }
    for (int i = 0; i < 100 && isAnyKept(loaders); i++) {
      System.gc();
    }
    assertThat(isAnyKept(loaders)).isFalse();
  }

  private static boolean isAnyKept(List<WeakReference<ClassLoader>> loaders) {
    return loaders.stream().anyMatch(loader -> loader.get() != null);
  }

  private static WeakReference<ClassLoader> useOnce() throws Exception {
    ProgramLoader loader = new ProgramLoader(ClassLoaderTest.class.getClassLoader());
    use(loader.load(LoadedOrder.class));
    return new WeakReference<>(loader);
  }

  private static <T> void use(Class<T> type) throws ReflectiveOperationException {
    assertThat(type).isNotSameAs(LoadedOrder.class);
    TypeSerializer<T> serializer = Serializers.kryo(type);
    T order = type.getDeclaredConstructor().newInstance();
    byte[] bytes = Bytes.of(serializer, order);
    assertThat(Bytes.of(serializer, serializer.copy(Bytes.read(serializer, bytes))))
        .isEqualTo(bytes);
  }
}
