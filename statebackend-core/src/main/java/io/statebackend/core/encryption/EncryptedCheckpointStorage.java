// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.encryption.EncryptedLayout.BlockCipher;
import io.statebackend.core.encryption.EncryptedLayout.Blocks;
import io.statebackend.core.encryption.EncryptedLayout.Header;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts everything that is stored in another storage: snapshots, files of engines and metadata.
 * It uses AES-256-GCM with a key of its own for each file. Reading returns only what a holder of
 * the keys wrote as this part of this file under this name. Anything else is an error.
 *
 * <p>Data keys are in the storage, wrapped by a {@link KeyService}, under the name {@code _keys},
 * which this class hides. Names and lengths of files are not hidden. An attacker who can write in
 * the storage can delete files, and can return the whole storage to an earlier state. A single file
 * that is returned to an earlier state is found by its checksum in the metadata of the checkpoint.
 *
 * <p>A lost key is an {@link io.statebackend.api.IncompatibleStateException} and does not count as
 * damage: no older checkpoint is restored because of it, unless the program asks for one.
 *
 * <p>Costs one block of memory, 256 KiB, twice for each file that is written, and once for each
 * that is read. Files are copied, never linked.
 */
public final class EncryptedCheckpointStorage implements CheckpointStorage {
  private final CheckpointStorage storage;
  private final DataKeys keys;
  private final int blockSizeBytes;

  private EncryptedCheckpointStorage(CheckpointStorage storage, DataKeys keys, int blockSizeBytes) {
    this.storage = storage;
    this.keys = keys;
    this.blockSizeBytes = blockSizeBytes;
  }

  /**
   * Encrypts what is stored in a storage. If the storage is open only for reading, so is this.
   *
   * @param storage the storage, either empty or encrypted before; it is closed with this, but if
   *     this method fails the caller closes it
   * @param service wraps the data keys; the same service as before, or one with the same master
   *     keys; it is not closed
   * @return the storage
   * @throws io.statebackend.api.IncompatibleStateException if the service does not know the master
   *     key, or has another one of its name
   * @throws CorruptStateException if the stored keys are damaged
   * @throws io.statebackend.api.StateIoException if they cannot be read or unwrapped
   */
  public static EncryptedCheckpointStorage open(CheckpointStorage storage, KeyService service) {
    return open(storage, service, EncryptedLayout.BLOCK_SIZE_BYTES);
  }

  /** Opens it with blocks of another size, for tests. */
  static EncryptedCheckpointStorage open(
      CheckpointStorage storage, KeyService service, int blockSizeBytes) {
    requireNonNull(service, "service");
    return new EncryptedCheckpointStorage(storage, new DataKeys(storage, service), blockSizeBytes);
  }

  /**
   * Encrypts new files with a new data key. Older files keep theirs.
   *
   * @throws io.statebackend.api.StateIoException if the key cannot be made or stored
   */
  public void addDataKey() {
    keys.addKey();
  }

  /**
   * Wraps all data keys again, with the newest master key of the key service. No other file is
   * written. Afterwards the older master keys are no longer needed.
   *
   * @throws io.statebackend.api.IncompatibleStateException if a master key is not known
   * @throws io.statebackend.api.StateIoException if the keys cannot be wrapped or stored
   */
  public void rewrapDataKeys() {
    keys.rewrap();
  }

  /**
   * Compares the checksums of an encrypted file. This needs no key. It finds damage, but not
   * intentional changes.
   *
   * @param storage where the file is, without decryption
   * @param file its path
   * @throws CorruptStateException if it is damaged, or not encrypted
   * @throws io.statebackend.api.IncompatibleStateException if it is of a version that is not known
   * @throws io.statebackend.api.StateIoException if it cannot be read
   */
  public static void verifyStored(CheckpointStorage storage, String file) {
    String description = storage.location() + "/" + file;
    try (StorageInput in = storage.open(file)) {
      Header header = Header.read(in, description);
      Blocks blocks = Blocks.of(in.length(), header.blockSizeBytes(), description);
      byte[] stored = new byte[header.blockSizeBytes() + EncryptedLayout.BLOCK_OVERHEAD_BYTES];
      for (long block = 0; block < blocks.count(); block++) {
        int length = blocks.contentSize(block) + EncryptedLayout.BLOCK_OVERHEAD_BYTES;
        in.read(blocks.storedOffset(block), stored, 0, length);
        EncryptedLayout.checkCrc(blocks, block, stored, 0, description);
      }
    }
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public Object place() {
    return storage.place();
  }

  @Override
  public StorageOutput create(String file) {
    checkName(file);
    // Keys first: a file that cannot be encrypted need not be begun.
    BlockCipher cipher = newCipher(file, EncryptedLayout.KIND_CREATED);
    return EncryptedOutput.begin(storage.create(file), cipher, blockSizeBytes);
  }

  /** Makes what encrypts a new file. */
  private BlockCipher newCipher(String file, byte kind) {
    return cipherOf(new Header(kind, blockSizeBytes, keys.newestId(), keys.newId()), file).get();
  }

  /** Makes ciphers for a file: one for each thread. */
  private Supplier<BlockCipher> cipherOf(Header header, String file) {
    String description = describe(file);
    SecretKeySpec key = header.fileKey(keys.key(header.dataKeyId(), description));
    byte[] bytes = header.toBytes();
    return () -> new BlockCipher(key, bytes, file, description);
  }

  private String describe(String file) {
    return location() + "/" + file;
  }

  @Override
  public void publish(String file, byte[] content) {
    checkName(file);
    ByteArrayOutputStream encrypted = new ByteArrayOutputStream();
    StorageOutput target =
        new StorageOutput() {
          @Override
          public void write(byte[] bytes, int offset, int length) {
            encrypted.write(bytes, offset, length);
          }

          @Override
          public void commit() {}

          @Override
          public void close() {}
        };
    BlockCipher cipher = newCipher(file, EncryptedLayout.KIND_PUBLISHED);
    try (EncryptedOutput output = EncryptedOutput.begin(target, cipher, blockSizeBytes)) {
      output.write(content, 0, content.length);
      output.commit();
    }
    storage.publish(file, encrypted.toByteArray());
  }

  @Override
  public StorageInput open(String file) {
    checkName(file);
    StorageInput input = storage.open(file);
    try {
      String description = describe(file);
      Header header = Header.read(input, description);
      Blocks blocks = Blocks.of(input.length(), header.blockSizeBytes(), description);
      return EncryptedInput.open(input, description, blocks, cipherOf(header, file));
    } catch (RuntimeException | Error e) {
      try {
        input.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  @Override
  public List<String> list(String directory) {
    if (!directory.isEmpty()) {
      checkName(directory);
    }
    List<String> names = storage.list(directory);
    if (!directory.isEmpty()) {
      return names;
    }
    List<String> visible = new ArrayList<>(names);
    visible.remove(StoredKeys.DIRECTORY);
    return visible;
  }

  @Override
  public void delete(String path) {
    checkName(path);
    storage.delete(path);
  }

  private static void checkName(String path) {
    if (path.equals(StoredKeys.DIRECTORY) || path.startsWith(StoredKeys.DIRECTORY + "/")) {
      throw new IllegalArgumentException("the name is taken by the stored keys: path=" + path);
    }
  }

  @Override
  public void close() {
    storage.close();
  }
}
