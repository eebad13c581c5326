// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyFileTest {
  private static final char[] PASSWORD = "correct horse".toCharArray();
  private static final char[] OTHER = "battery staple".toCharArray();
  private static final int FEW_ROUNDS = 10;

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("keys");
  }

  @Test
  void generate_unwrappedByAnotherProcess() {
    DataKey key = KeyFile.create(file(), PASSWORD).generate();
    assertThat(key.key()).hasSize(32);
    assertThat(KeyFile.open(file(), PASSWORD).unwrap(key.wrapped())).isEqualTo(key.key());
    assertThat(KeyFile.open(file(), PASSWORD).generate().key()).isNotEqualTo(key.key());
  }

  @Test
  void addMasterKey_olderKeysAreUnwrappedAndRewrapped() {
    KeyFile keys = KeyFile.create(file(), PASSWORD, FEW_ROUNDS);
    DataKey key = keys.generate();
    keys.addMasterKey(OTHER);
    WrappedKey rewrapped = keys.rewrap(key.wrapped());
    assertThat(rewrapped.masterKeyId()).isNotEqualTo(key.wrapped().masterKeyId());
    KeyFile opened = KeyFile.open(file(), OTHER);
    assertThat(opened.unwrap(key.wrapped())).isEqualTo(key.key());
    assertThat(opened.unwrap(rewrapped)).isEqualTo(key.key());
  }

  @Test
  void changePassword_theFormerOneIsRefused() {
    KeyFile keys = KeyFile.create(file(), PASSWORD, FEW_ROUNDS);
    WrappedKey key = keys.generate().wrapped();
    keys.changePassword(OTHER);
    assertThatThrownBy(() -> KeyFile.open(file(), PASSWORD))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("password")
        .hasMessageContaining(file().toString());
    assertThat(KeyFile.open(file(), OTHER).unwrap(key)).hasSize(32);
  }

  @Test
  void unwrap_keyOfAnotherFile_isNamed() {
    WrappedKey key = KeyFile.create(file(), PASSWORD, FEW_ROUNDS).generate().wrapped();
    KeyFile other = KeyFile.create(directory.resolve("other"), PASSWORD, FEW_ROUNDS);
    assertThatThrownBy(() -> other.unwrap(key))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining(key.masterKeyId())
        .hasMessageContaining("other");
  }

  @Test
  void unwrap_changedBytes() {
    KeyFile keys = KeyFile.create(file(), PASSWORD, FEW_ROUNDS);
    WrappedKey key = keys.generate().wrapped();
    for (int i = 0; i < key.bytes().length; i++) {
      byte[] bytes = key.bytes();
      bytes[i] ^= 1;
      assertThatThrownBy(() -> keys.unwrap(new WrappedKey(key.masterKeyId(), bytes)))
          .isInstanceOf(IncompatibleStateException.class);
    }
    assertThatThrownBy(() -> keys.unwrap(new WrappedKey(key.masterKeyId(), new byte[0])))
        .isInstanceOf(IncompatibleStateException.class);
  }

  @Test
  void create_fileThatIsThere() throws IOException {
    Files.writeString(file(), "something");
    assertThatThrownBy(() -> KeyFile.create(file(), PASSWORD, FEW_ROUNDS))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining(file().toString());
    assertThat(file()).hasContent("something");
  }

  @Test
  void create_emptyPassword() {
    assertThatThrownBy(() -> KeyFile.create(file(), new char[0], FEW_ROUNDS))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(file()).doesNotExist();
  }

  @Test
  void create_ownerOnly() throws IOException {
    KeyFile.create(file(), PASSWORD, FEW_ROUNDS).changePassword(OTHER);
    if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
          .isEqualTo("rw-------");
    }
    assertThat(directory).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void open_missing() {
    assertThatThrownBy(() -> KeyFile.open(file(), PASSWORD))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining(file().toString());
  }

  @Test
  void open_anyBitFlipped() throws IOException {
    KeyFile.create(file(), PASSWORD, FEW_ROUNDS);
    byte[] bytes = Files.readAllBytes(file());
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file(), flipped);
      assertThatThrownBy(() -> KeyFile.open(file(), PASSWORD))
          .as("bit %d", bit)
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining(file().toString());
    }
  }

  @Test
  void open_cut() throws IOException {
    KeyFile.create(file(), PASSWORD, FEW_ROUNDS);
    byte[] bytes = Files.readAllBytes(file());
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file(), Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> KeyFile.open(file(), PASSWORD))
          .as("length %d", length)
          .isInstanceOf(CorruptStateException.class);
    }
  }
}
