// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.minlog.Log;
import com.esotericsoftware.reflectasm.ConstructorAccess;
import io.statebackend.api.TypeSerializer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.objenesis.strategy.InstantiatorStrategy;
import org.slf4j.LoggerFactory;

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

  /** A container runs programs one after the other, each with a library of its own. */
  @Test
  void library_loadersOfProgramsThatEnded() throws Exception {
    List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loaders.add(useLibraryOnce());
    }
    // JDK 17 keeps the class of the last record that was compared, in a cache for one of them.
    List<WeakReference<ClassLoader>> former = loaders.subList(0, loaders.size() - 1);
    for (int i = 0; i < 100 && isAnyKept(former); i++) {
      System.gc();
    }
    assertThat(isAnyKept(former)).isFalse();
  }

  private static WeakReference<ClassLoader> useLibraryOnce() throws Exception {
    List<URL> places = new ArrayList<>();
    for (Class<?> in :
        List.of(
            LoadedLibrary.class,
            Serializers.class,
            TypeSerializer.class,
            Kryo.class,
            Log.class,
            InstantiatorStrategy.class,
            ConstructorAccess.class,
            LoggerFactory.class)) {
      places.add(in.getProtectionDomain().getCodeSource().getLocation());
    }
    try (URLClassLoader loader =
        new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> program = loader.loadClass(LoadedLibrary.class.getName());
      assertThat(program).isNotSameAs(LoadedLibrary.class);
      ((Runnable) program.getDeclaredConstructor().newInstance()).run();
      return new WeakReference<>(loader);
    }
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
