// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

final class Lz4Test {

  @Test
  void load_missingLibrary() throws ReflectiveOperationException, IOException {
    URL[] classes = {
      Lz4.class.getProtectionDomain().getCodeSource().getLocation(),
      CorruptStateException.class.getProtectionDomain().getCodeSource().getLocation()
    };
    try (URLClassLoader withoutLibrary =
        new URLClassLoader(classes, ClassLoader.getPlatformClassLoader())) {
      Method load =
          withoutLibrary.loadClass(Compression.class.getName()).getDeclaredMethod("loadLz4");
      load.setAccessible(true);
      assertThatThrownBy(() -> load.invoke(null))
          .isInstanceOf(InvocationTargetException.class)
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("at.yawk.lz4:lz4-java");
    }
  }

  @Test
  void decompress_damaged() {
    Lz4 lz4 = Compression.loadLz4();
    byte[] raw = Snapshots.filled(1000, 7);
    byte[] compressed = new byte[lz4.compressedLengthMax(raw.length)];
    int length = lz4.compress(raw, 0, raw.length, compressed);
    byte[] target = new byte[1000];
    assertThat(lz4.decompress(compressed, length, target, 1000)).isTrue();
    assertThat(target).isEqualTo(raw);
    assertThat(lz4.decompress(compressed, length, target, 999)).isFalse();
    assertThat(lz4.decompress(compressed, length - 1, target, 1000)).isFalse();
    assertThat(lz4.decompress(compressed, length, new byte[2000], 2000)).isFalse();
  }

  @Test
  void compressedLengthMax_tooLong() {
    assertThat(Compression.loadLz4().compressedLengthMax(Integer.MAX_VALUE)).isZero();
  }
}
