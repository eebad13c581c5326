// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.Arrays;
import java.util.stream.Stream;
import org.rocksdb.RocksDB;

/** The backends that go with the class path of this JVM: the build tests with both. */
final class Backends {
  private Backends() {}

  static Stream<Backend> here() {
    String rocksDb = RocksDB.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    String jar = rocksDb.substring(rocksDb.lastIndexOf('/') + 1);
    return Arrays.stream(Backend.values())
        .filter(backend -> !jar.startsWith(backend.excludedJar()));
  }
}
