// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What encryption promises beyond the contract of storages, which testkit's tests apply. */
final class EncryptedCheckpointStorageTest {
  private static final char[] PASSWORD = "correct horse".toCharArray();
  private static final int BLOCK_SIZE_BYTES = 16;
  private static final int STORED_BLOCK_SIZE_BYTES =
      BLOCK_SIZE_BYTES + EncryptedLayout.BLOCK_OVERHEAD_BYTES;

  @TempDir Path directory;
  private KeyFile keys;
  private MemoryCheckpointStorage stored;
  private EncryptedCheckpointStorage storage;

  @BeforeEach
  void open() {
    keys = KeyFile.create(directory.resolve("keys"), PASSWORD, 10);
    stored = MemoryCheckpointStorage.create();
    storage = encrypted(stored, keys);
  }

  @AfterEach
  void close() {
    storage.close();
  }

  private static EncryptedCheckpointStorage encrypted(
      CheckpointStorage stored, KeyService service) {
    return EncryptedCheckpointStorage.open(stored, service, BLOCK_SIZE_BYTES);
  }

  private void reopen(KeyService service) {
    stored.close();
    stored = stored.reopen();
    storage = encrypted(stored, service);
  }

  private void write(String file, byte[] content) {
    try (StorageOutput out = storage.create(file)) {
      out.write(content, 0, content.length);
      out.commit();
    }
  }

  private static byte[] read(CheckpointStorage from, String file) {
    try (StorageInput in = from.open(file)) {
      byte[] content = new byte[(int) in.length()];
      in.read(0, content, 0, content.length);
      return content;
    }
  }

  /** Puts other bytes in the place of a stored file. */
  private void replace(String file, byte[] bytes) {
    stored.delete(file);
    stored.publish(file, bytes);
  }

  private static byte[] content(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private void checkRefused(String what, String file) {
    assertThatThrownBy(() -> read(storage, file))
        .as(what)
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining(file);
  }

  @Test
  void read_anyPartOfAnyLength() {
    for (int length = 0; length <= 5 * BLOCK_SIZE_BYTES; length++) {
      byte[] content = content(length);
      String file = "a/" + length;
      write(file, content);
      try (StorageInput in = storage.open(file)) {
        assertThat(in.length()).isEqualTo(length);
        for (int from = 0; from <= length; from += 3) {
          for (int to = from; to <= length; to += 5) {
            byte[] part = new byte[to - from];
            in.read(from, part, 0, part.length);
            assertThat(part)
                .as("%d to %d of %d", from, to, length)
                .isEqualTo(Arrays.copyOfRange(content, from, to));
          }
        }
      }
    }
  }

  @Test
  void write_inPieces() {
    byte[] content = content(100_000);
    for (int piece : new int[] {1, 15, 16, 17, 1_000}) {
      try (StorageOutput out = storage.create("a/" + piece)) {
        for (int at = 0; at < content.length; at += piece) {
          out.write(content, at, Math.min(piece, content.length - at));
        }
        out.commit();
      }
      assertThat(read(storage, "a/" + piece)).isEqualTo(content);
    }
  }

  @Test
  void stored_nothingIsInTheClear() {
    byte[] content = "a secret that takes several blocks of sixteen bytes".getBytes(UTF_8);
    write("a", content);
    storage.publish("b", content);
    for (String file : List.of("a", "b")) {
      String bytes = new String(read(stored, file), java.nio.charset.StandardCharsets.ISO_8859_1);
      for (String word : List.of("secret", "several", "blocks", "sixteen")) {
        assertThat(bytes).doesNotContain(word);
      }
    }
    assertThat(read(stored, "a")).isNotEqualTo(read(stored, "b"));
  }

  @Test
  void read_anyBitFlipped() {
    for (int length : new int[] {0, 1, 2 * BLOCK_SIZE_BYTES, 2 * BLOCK_SIZE_BYTES + 5}) {
      String file = "a-" + length;
      write(file, content(length));
      byte[] bytes = read(stored, file);
      for (int bit = 0; bit < 8 * bytes.length; bit++) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        replace(file, flipped);
        checkRefused("bit " + bit, file);
        assertThatThrownBy(() -> EncryptedCheckpointStorage.verifyStored(stored, file))
            .as("bit %d, without keys", bit)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining(file);
      }
      replace(file, bytes);
      EncryptedCheckpointStorage.verifyStored(stored, file);
      assertThat(read(storage, file)).isEqualTo(content(length));
    }
  }

  /** An attacker computes checksums anew; a tag takes the key. */
  @Test
  void read_anyByteChangedAndChecksumsMadeRight() {
    String file = "a";
    byte[] content = content(2 * BLOCK_SIZE_BYTES + 5);
    write(file, content);
    byte[] bytes = read(stored, file);
    for (int at = 0; at < bytes.length; at++) {
      byte[] changed = bytes.clone();
      changed[at] ^= 0x55;
      makeChecksumsRight(changed);
      if (Arrays.equals(changed, bytes)) {
        continue; // It was a checksum itself.
      }
      replace(file, changed);
      int place = at;
      assertThatThrownBy(() -> read(storage, file))
          .as("byte %d", place)
          .isInstanceOf(StateException.class)
          .hasMessageContaining(file);
    }
  }

  private static void makeChecksumsRight(byte[] file) {
    put(file, 0, EncryptedLayout.HEADER_CRC_OFFSET);
    int at = EncryptedLayout.HEADER_SIZE_BYTES;
    while (at < file.length) {
      int end = Math.min(at + STORED_BLOCK_SIZE_BYTES, file.length);
      put(file, at, end - Integer.BYTES);
      at = end;
    }
  }

  private static void put(byte[] file, int from, int checksumAt) {
    java.nio.ByteBuffer.wrap(file)
        .putInt(checksumAt, EncryptedLayout.crc32c(file, from, checksumAt - from));
  }

  @Test
  void read_cutAnywhere() {
    String file = "a";
    write(file, content(4 * BLOCK_SIZE_BYTES));
    byte[] bytes = read(stored, file);
    for (int length = 0; length < bytes.length; length++) {
      replace(file, Arrays.copyOf(bytes, length));
      checkRefused("length " + length, file);
    }
    for (int more : new int[] {1, EncryptedLayout.BLOCK_OVERHEAD_BYTES, STORED_BLOCK_SIZE_BYTES}) {
      replace(file, Arrays.copyOf(bytes, bytes.length + more));
      checkRefused("with more bytes: " + more, file);
    }
  }

  private static byte[] swapped(byte[] file, int one, int other) {
    byte[] result = file.clone();
    copyBlock(file, one, result, other);
    copyBlock(file, other, result, one);
    return result;
  }

  private static void copyBlock(byte[] from, int block, byte[] to, int toBlock) {
    System.arraycopy(
        from,
        EncryptedLayout.HEADER_SIZE_BYTES + block * STORED_BLOCK_SIZE_BYTES,
        to,
        EncryptedLayout.HEADER_SIZE_BYTES + toBlock * STORED_BLOCK_SIZE_BYTES,
        STORED_BLOCK_SIZE_BYTES);
  }

  @Test
  void read_blocksSwapped() {
    String file = "a";
    write(file, content(4 * BLOCK_SIZE_BYTES));
    byte[] bytes = read(stored, file);
    for (int one = 0; one < 4; one++) {
      for (int other = one + 1; other < 4; other++) {
        replace(file, swapped(bytes, one, other));
        checkRefused("blocks " + one + " and " + other, file);
        // Checksums cannot tell: each block is what was written.
        EncryptedCheckpointStorage.verifyStored(stored, file);
      }
    }
  }

  @Test
  void read_blockOfAnotherFile_orOfAnEarlierOneOfThisName() {
    String file = "a";
    write("b", content(3 * BLOCK_SIZE_BYTES));
    byte[] other = read(stored, "b");
    write(file, content(3 * BLOCK_SIZE_BYTES));
    byte[] earlier = read(stored, file);
    storage.delete(file);
    write(file, content(3 * BLOCK_SIZE_BYTES));
    byte[] bytes = read(stored, file);
    for (byte[] from : List.of(other, earlier)) {
      for (int block = 0; block < 3; block++) {
        byte[] mixed = bytes.clone();
        copyBlock(from, block, mixed, block);
        replace(file, mixed);
        checkRefused("block " + block, file);
      }
    }
  }

  @Test
  void read_fileUnderAnotherName() {
    write("chk-1/a", content(40));
    stored.publish("chk-2/a", read(stored, "chk-1/a"));
    stored.publish("chk-1/b", read(stored, "chk-1/a"));
    checkRefused("another directory", "chk-2/a");
    checkRefused("another name", "chk-1/b");
    assertThat(read(storage, "chk-1/a")).isEqualTo(content(40));
  }

  @Test
  void read_fileThatIsNotEncrypted() {
    for (int length : new int[] {0, 10, 1_000}) {
      stored.publish("a" + length, content(length));
      checkRefused("plain file of " + length + " bytes", "a" + length);
    }
  }

  @Test
  void open_keysOfAnother_areNamed() {
    write("a", content(10));
    KeyFile others = KeyFile.create(directory.resolve("others"), PASSWORD, 10);
    stored.close();
    stored = stored.reopen();
    assertThatThrownBy(() -> encrypted(stored, others))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("master key")
        .hasMessageContaining("others");
  }

  @Test
  void open_anyBitOfTheStoredKeysFlipped() {
    write("a", content(10));
    byte[] bytes = read(stored, "_keys/1");
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      replace("_keys/1", flipped);
      assertThatThrownBy(() -> encrypted(stored, keys))
          .as("bit %d", bit)
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining("_keys/1");
    }
    for (int length = 0; length < bytes.length; length++) {
      replace("_keys/1", Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> encrypted(stored, keys)).isInstanceOf(CorruptStateException.class);
    }
  }

  @Test
  void read_dataKeyIsLost_isNamed() {
    write("a", content(10));
    byte[] before = read(stored, "_keys/1");
    storage.addDataKey();
    write("b", content(10));
    stored.delete("_keys");
    stored.publish("_keys/1", before);
    reopen(keys);
    assertThat(read(storage, "a")).isEqualTo(content(10));
    assertThatThrownBy(() -> read(storage, "b"))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("data key=")
        .hasMessageContaining("file=memory/b");
    stored.delete("_keys");
    reopen(keys);
    assertThatThrownBy(() -> read(storage, "a")).isInstanceOf(IncompatibleStateException.class);
  }

  @Test
  void rotation_rewritesTheKeysOnly() {
    Map<String, byte[]> before = new HashMap<>();
    for (String file : List.of("a", "b")) {
      write(file, content(100));
      before.put(file, read(stored, file));
    }
    keys.addMasterKey(PASSWORD);
    storage.rewrapDataKeys();
    storage.addDataKey();
    write("c", content(100));
    assertThat(stored.list("_keys")).containsExactly("3");
    before.forEach((file, bytes) -> assertThat(read(stored, file)).isEqualTo(bytes));
    reopen(KeyFile.open(directory.resolve("keys"), PASSWORD));
    for (String file : List.of("a", "b", "c")) {
      assertThat(read(storage, file)).isEqualTo(content(100));
    }
    assertThat(dataKeyOf("a")).isEqualTo(dataKeyOf("b")).isNotEqualTo(dataKeyOf("c"));
  }

  private String dataKeyOf(String file) {
    try (StorageInput in = stored.open(file)) {
      return EncryptedLayout.Header.read(in, file).dataKeyId();
    }
  }

  /** After it the older master keys are not needed. */
  @Test
  void rewrap_withOnlyTheNewestMasterKeyAfterwards() {
    write("a", content(10));
    Path newFile = directory.resolve("new");
    KeyFile newKeys = KeyFile.create(newFile, PASSWORD, 10);
    KeyService both =
        new KeyService() {
          @Override
          public DataKey generate() {
            return newKeys.generate();
          }

          @Override
          public byte[] unwrap(WrappedKey key) {
            return keys.unwrap(key);
          }

          @Override
          public WrappedKey rewrap(WrappedKey key) {
            return wrapAnew(keys.unwrap(key));
          }

          private WrappedKey wrapAnew(byte[] key) {
            return new WrappedKey("clear", key);
          }
        };
    reopen(both);
    storage.rewrapDataKeys();
    KeyService newest =
        new KeyService() {
          @Override
          public DataKey generate() {
            throw new AssertionError("no key is to be made");
          }

          @Override
          public byte[] unwrap(WrappedKey key) {
            assertThat(key.masterKeyId()).isEqualTo("clear");
            return key.bytes();
          }

          @Override
          public WrappedKey rewrap(WrappedKey key) {
            return key;
          }
        };
    reopen(newest);
    assertThat(read(storage, "a")).isEqualTo(content(10));
  }

  @Test
  void read_byAnotherProcessAfterAKeyWasAdded(@TempDir Path shared) {
    try (EncryptedCheckpointStorage writer = encrypted(FileCheckpointStorage.open(shared), keys)) {
      writer.publish("a", content(10));
      try (EncryptedCheckpointStorage reader =
          encrypted(FileCheckpointStorage.openReadOnly(shared), keys)) {
        writer.addDataKey();
        writer.publish("b", content(10));
        assertThat(read(reader, "b")).isEqualTo(content(10));
        assertThatThrownBy(() -> reader.publish("c", content(1)))
            .isInstanceOf(UnsupportedOperationException.class);
      }
    }
  }

  @Test
  void write_keyServiceIsDown_thenUpAgain() {
    boolean[] isDown = {true};
    KeyService service =
        new KeyService() {
          private void checkUp() {
            if (isDown[0]) {
              throw new StateIoException("key service is down");
            }
          }

          @Override
          public DataKey generate() {
            checkUp();
            return keys.generate();
          }

          @Override
          public byte[] unwrap(WrappedKey key) {
            checkUp();
            return keys.unwrap(key);
          }

          @Override
          public WrappedKey rewrap(WrappedKey key) {
            checkUp();
            return keys.rewrap(key);
          }
        };
    storage = encrypted(stored, service);
    assertThatThrownBy(() -> storage.create("a")).isInstanceOf(StateIoException.class);
    assertThatThrownBy(() -> storage.publish("a", content(1))).isInstanceOf(StateIoException.class);
    assertThat(stored.list("")).isEmpty();
    isDown[0] = false;
    write("a", content(10));
    assertThat(read(storage, "a")).isEqualTo(content(10));
  }

  @Test
  void anyMethod_nameOfTheKeys() {
    write("a", content(10));
    for (String path : List.of("_keys", "_keys/1", "_keys/2")) {
      assertThatThrownBy(() -> storage.create(path)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> storage.publish(path, new byte[0]))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> storage.open(path)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> storage.list(path)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> storage.delete(path)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(storage.list("")).containsExactly("a");
    write("_keys.x", content(1));
    assertThat(storage.list("")).containsExactlyInAnyOrder("a", "_keys.x");
  }

  @Test
  void place_isThatOfTheStorage() {
    assertThat(storage.place()).isEqualTo(stored.place());
  }

  @Test
  void importAndExport_throughEncryption() throws java.io.IOException {
    Path source = Files.write(directory.resolve("source"), content(1_000));
    storage.importFile("a", source);
    storage.exportFile("a", directory.resolve("target"));
    assertThat(directory.resolve("target")).hasBinaryContent(content(1_000));
  }
}
