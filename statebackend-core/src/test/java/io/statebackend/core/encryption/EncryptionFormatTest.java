// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.encryption.EncryptedLayout.BlockCipher;
import io.statebackend.core.encryption.EncryptedLayout.Header;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the code to the examples of docs/format/encryption-v1.md. Their bytes were made by another
 * implementation of AES-GCM, HKDF and PBKDF2.
 */
final class EncryptionFormatTest {
  private static final String FILE = "chk-1/op-0.snapshot";
  private static final byte[] CONTENT = "twenty bytes of text".getBytes(US_ASCII);

  @TempDir Path directory;

  private static byte[] golden(String name) throws IOException {
    String resource = "/format/encryption-v1-" + name + ".bin";
    try (InputStream in = EncryptionFormatTest.class.getResourceAsStream(resource)) {
      return in.readAllBytes();
    }
  }

  private KeyFile keyFile() throws IOException {
    Path file = Files.write(directory.resolve("keys"), golden("keyfile"));
    return KeyFile.open(file, "correct horse".toCharArray());
  }

  @Test
  void examples_areRead() throws IOException {
    try (MemoryCheckpointStorage stored = MemoryCheckpointStorage.create()) {
      stored.publish("_keys/1", golden("keys"));
      stored.publish(FILE, golden("file"));
      EncryptedCheckpointStorage.verifyStored(stored, FILE);
      EncryptedCheckpointStorage storage = EncryptedCheckpointStorage.open(stored, keyFile());
      try (StorageInput in = storage.open(FILE)) {
        byte[] content = new byte[(int) in.length()];
        in.read(0, content, 0, content.length);
        assertThat(content).isEqualTo(CONTENT);
      }
    }
  }

  @Test
  void example_isWritten() throws IOException {
    byte[] dataKey = new byte[32];
    for (int i = 0; i < dataKey.length; i++) {
      dataKey[i] = (byte) i;
    }
    Header header =
        new Header(
            EncryptedLayout.KIND_CREATED,
            16,
            "404142434445464748494a4b4c4d4e4f",
            "808182838485868788898a8b8c8d8e8f");
    byte[] headerBytes = header.toBytes();
    BlockCipher cipher = new BlockCipher(header.fileKey(dataKey), headerBytes, FILE, FILE);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    MemoryOutput target = new MemoryOutput(file);
    try (EncryptedOutput output = EncryptedOutput.begin(target, cipher, 16)) {
      output.write(CONTENT, 0, 7);
      output.write(CONTENT, 7, CONTENT.length - 7);
      output.commit();
    }
    assertThat(file.toByteArray()).isEqualTo(golden("file"));
  }

  private record MemoryOutput(ByteArrayOutputStream file)
      implements io.statebackend.api.storage.StorageOutput {
    @Override
    public void write(byte[] bytes, int offset, int length) {
      file.write(bytes, offset, length);
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
