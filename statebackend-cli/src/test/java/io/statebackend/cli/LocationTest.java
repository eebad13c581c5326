// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints in storages that are found by their addresses, on the class path. */
final class LocationTest {
  private static final String KEY = "?key=secret";

  @TempDir private Path directory;
  private String address = "";

  @BeforeEach
  void makeCheckpoints() {
    address = "mounted://host" + Goldens.checkpoints("memory", directory.resolve("cp"));
  }

  @Test
  void storage_isReadAsADirectoryIs() {
    assertThat(Goldens.run("cat", address + KEY).out())
        .isEqualTo(Goldens.run("cat", directory.resolve("cp").toString()).out())
        .isNotEmpty();
    assertThat(Goldens.run("verify", address + KEY).status()).isEqualTo(ExitStatus.FINE);
  }

  @Test
  void checkpointInAStorage() {
    for (String end : new String[] {"/chk-1", "/chk-1/"}) {
      assertThat(Goldens.run("cat", address + end + KEY).out())
          .isEqualTo(Goldens.run("cat", address + KEY, "--checkpoint", "chk-1").out())
          .isEqualTo(Goldens.run("cat", directory.resolve("cp/chk-1").toString()).out())
          .isNotEmpty();
    }
    assertThat(Goldens.run("check", address + "/chk-1" + KEY, "--against", address + KEY).status())
        .isEqualTo(
            Goldens.run("check", directory + "/cp/chk-1", "--against", directory + "/cp").status());
  }

  @Test
  void savepointIntoAStorage() {
    String target = "mounted://host" + directory.resolve("savepoints") + KEY;
    assertThat(Goldens.run("convert", address + KEY, "--to", target, "--name", "s").status())
        .isEqualTo(ExitStatus.FINE);
    assertThat(Goldens.run("cat", directory + "/savepoints/savepoint-s").out())
        .isEqualTo(Goldens.run("cat", address + KEY).out());
  }

  @Test
  void wrongAddress_saysWhy() {
    var wrong = Goldens.run("list", address);
    assertThat(wrong.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(wrong.err()).contains("no key in mounted://host");
    assertThat(Goldens.run("list", "nowhere://host/cp").err())
        .contains("no module on the class path")
        .contains("mounted");
  }
}
