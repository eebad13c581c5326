// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.storage.StorageInput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.spec.SecretKeySpec;

/** The layout of an encrypted file: docs/format/encryption-v1.md. */
final class EncryptedLayout {
  static final int MAGIC = 0x53424558; // "SBEX"
  static final short VERSION = 1;

  /** A file that was created, written and committed. */
  static final byte KIND_CREATED = 1;

  /** A file that was published in one step. */
  static final byte KIND_PUBLISHED = 2;

  static final int ID_SIZE_BYTES = 16;
  static final int MAGIC_OFFSET = 0;
  static final int VERSION_OFFSET = MAGIC_OFFSET + Integer.BYTES;
  static final int KIND_OFFSET = VERSION_OFFSET + Short.BYTES;
  static final int RESERVED_OFFSET = KIND_OFFSET + Byte.BYTES;
  static final int BLOCK_SIZE_OFFSET = RESERVED_OFFSET + Byte.BYTES;
  static final int DATA_KEY_ID_OFFSET = BLOCK_SIZE_OFFSET + Integer.BYTES;
  static final int FILE_ID_OFFSET = DATA_KEY_ID_OFFSET + ID_SIZE_BYTES;
  static final int HEADER_CRC_OFFSET = FILE_ID_OFFSET + ID_SIZE_BYTES;
  static final int HEADER_SIZE_BYTES = HEADER_CRC_OFFSET + Integer.BYTES;

  static final int BLOCK_SIZE_BYTES = 256 << 10;
  static final int BLOCK_SIZE_BYTES_MIN = 16;
  static final int BLOCK_SIZE_BYTES_MAX = 16 << 20;

  /** The size of a block beyond its content: the tag and the checksum. */
  static final int BLOCK_OVERHEAD_BYTES = AesGcm.TAG_SIZE_BYTES + Integer.BYTES;

  private static final byte[] FILE_KEY_INFO =
      "statebackend encryption v1".getBytes(StandardCharsets.US_ASCII);

  private EncryptedLayout() {}

  /**
   * The beginning of a file.
   *
   * @param kind how the file was created
   * @param blockSizeBytes how many bytes of content each block has but the last
   * @param dataKeyId which data key its key is derived from, in hexadecimal
   * @param fileId the random number of the file, in hexadecimal
   */
  record Header(byte kind, int blockSizeBytes, String dataKeyId, String fileId) {

    byte[] toBytes() {
      ByteBuffer bytes = ByteBuffer.allocate(HEADER_SIZE_BYTES);
      bytes.putInt(MAGIC).putShort(VERSION).put(kind).put((byte) 0).putInt(blockSizeBytes);
      bytes.put(HexFormat.of().parseHex(dataKeyId)).put(HexFormat.of().parseHex(fileId));
      bytes.putInt(crc32c(bytes.array(), 0, HEADER_CRC_OFFSET));
      return bytes.array();
    }

    /** Derives the key of the file. */
    SecretKeySpec fileKey(byte[] dataKey) {
      byte[] salt = HexFormat.of().parseHex(fileId);
      byte[] derived = Hkdf.derive(dataKey, salt, FILE_KEY_INFO, AesGcm.KEY_SIZE_BYTES);
      SecretKeySpec key = AesGcm.key(derived);
      Arrays.fill(derived, (byte) 0);
      return key;
    }

    /**
     * Reads it.
     *
     * @throws CorruptStateException if it is none
     * @throws IncompatibleStateException if it is of a version that is not known
     */
    static Header read(StorageInput in, String file) {
      long length = in.length();
      if (length < HEADER_SIZE_BYTES + BLOCK_OVERHEAD_BYTES) {
        throw new CorruptStateException(
            "not an encrypted file, or cut: expected length=%d or more, actual=%d"
                .formatted(HEADER_SIZE_BYTES + BLOCK_OVERHEAD_BYTES, length),
            file,
            0);
      }
      byte[] header = new byte[HEADER_SIZE_BYTES];
      in.read(0, header, 0, header.length);
      ByteBuffer bytes = ByteBuffer.wrap(header);
      int magic = bytes.getInt(MAGIC_OFFSET);
      if (magic != MAGIC) {
        throw new CorruptStateException(
            "not an encrypted file: expected magic=%08x, actual=%08x; if it was written without encryption, read it without, and take a savepoint from there"
                .formatted(MAGIC, magic),
            file,
            MAGIC_OFFSET);
      }
      int expected = bytes.getInt(HEADER_CRC_OFFSET);
      int actual = crc32c(header, 0, HEADER_CRC_OFFSET);
      if (expected != actual) {
        throw new CorruptStateException(
            "header of an encrypted file is damaged: checksum expected=%08x, actual=%08x"
                .formatted(expected, actual),
            file,
            HEADER_CRC_OFFSET);
      }
      int version = Short.toUnsignedInt(bytes.getShort(VERSION_OFFSET));
      byte reserved = bytes.get(RESERVED_OFFSET);
      if (version != VERSION || reserved != 0) {
        throw new IncompatibleStateException(
            "encrypted file of another version: expected=%d, actual=%d, flags=%d, file=%s; read it with the version of the library that wrote it"
                .formatted(VERSION, version, reserved, file));
      }
      byte kind = bytes.get(KIND_OFFSET);
      int blockSize = bytes.getInt(BLOCK_SIZE_OFFSET);
      if ((kind != KIND_CREATED && kind != KIND_PUBLISHED)
          || blockSize < BLOCK_SIZE_BYTES_MIN
          || blockSize > BLOCK_SIZE_BYTES_MAX) {
        throw new CorruptStateException(
            "header of an encrypted file is none: kind=%d, block size=%d"
                .formatted(kind, blockSize),
            file,
            KIND_OFFSET);
      }
      return new Header(
          kind, blockSize, id(header, DATA_KEY_ID_OFFSET), id(header, FILE_ID_OFFSET));
    }

    private static String id(byte[] header, int offset) {
      return HexFormat.of().formatHex(header, offset, offset + ID_SIZE_BYTES);
    }
  }

  /**
   * How the blocks of a file lie in it.
   *
   * @param blockSizeBytes the content of each block but the last
   * @param count how many there are, 1 or more
   * @param lastSizeBytes the content of the last block
   */
  record Blocks(int blockSizeBytes, long count, int lastSizeBytes) {

    /**
     * Computes it from the length of a file.
     *
     * @throws CorruptStateException if no file has that length
     */
    static Blocks of(long storedLength, int blockSizeBytes, String file) {
      long stored = storedLength - HEADER_SIZE_BYTES;
      long storedBlock = (long) blockSizeBytes + BLOCK_OVERHEAD_BYTES;
      long count = (stored + storedBlock - 1) / storedBlock;
      long last = stored - (count - 1) * storedBlock - BLOCK_OVERHEAD_BYTES;
      if (last < 0 || (last == 0 && count > 1)) {
        throw new CorruptStateException(
            "encrypted file is cut within a block: length=" + storedLength, file, storedLength);
      }
      return new Blocks(blockSizeBytes, count, (int) last);
    }

    long contentLength() {
      return (count - 1) * blockSizeBytes + lastSizeBytes;
    }

    int contentSize(long block) {
      return isLast(block) ? lastSizeBytes : blockSizeBytes;
    }

    boolean isLast(long block) {
      return block == count - 1;
    }

    long storedOffset(long block) {
      return HEADER_SIZE_BYTES + block * ((long) blockSizeBytes + BLOCK_OVERHEAD_BYTES);
    }
  }

  /** Encrypts and decrypts the blocks of one file. Not thread-safe. */
  static final class BlockCipher {
    private final AesGcm cipher;
    private final byte[] header;
    private final byte[] path;
    private final String file;
    private final ByteBuffer nonce = ByteBuffer.allocate(AesGcm.NONCE_SIZE_BYTES);

    /**
     * Creates it.
     *
     * @param path the path of the file in its storage, to which its blocks are bound
     * @param file the file, for messages
     */
    BlockCipher(SecretKeySpec key, byte[] header, String path, String file) {
      this.cipher = new AesGcm(key);
      this.header = header;
      this.path = path.getBytes(StandardCharsets.UTF_8);
      this.file = file;
    }

    byte[] header() {
      return header;
    }

    String file() {
      return file;
    }

    /** Encrypts a block into a target, which has room for {@link #BLOCK_OVERHEAD_BYTES} more. */
    void encrypt(long block, boolean isLast, byte[] content, int length, byte[] target) {
      cipher.encrypt(nonce(block), bound(block, isLast), content, length, target, 0);
      int end = length + AesGcm.TAG_SIZE_BYTES;
      ByteBuffer.wrap(target).putInt(end, crc32c(target, 0, end));
    }

    /**
     * Decrypts a block.
     *
     * @throws CorruptStateException if it is not what was written as this block of this file
     */
    void decrypt(
        Blocks blocks, long block, byte[] stored, int offset, byte[] target, int targetOffset) {
      int length = blocks.contentSize(block);
      checkCrc(blocks, block, stored, offset, file);
      try {
        cipher.decrypt(
            nonce(block),
            bound(block, blocks.isLast(block)),
            stored,
            offset,
            length + AesGcm.TAG_SIZE_BYTES,
            target,
            targetOffset);
      } catch (AEADBadTagException e) {
        throw new CorruptStateException(
            "block of an encrypted file is not authentic: block=%d of %d; it was changed, belongs to another place or file, the file was cut or moved, or its key is another one of the same name"
                .formatted(block + 1, blocks.count()),
            file,
            blocks.storedOffset(block),
            e);
      }
    }

    private byte[] nonce(long block) {
      return nonce.putLong(Integer.BYTES, block).array().clone();
    }

    private byte[] bound(long block, boolean isLast) {
      return ByteBuffer.allocate(HEADER_CRC_OFFSET + Long.BYTES + 1 + path.length)
          .put(header, 0, HEADER_CRC_OFFSET)
          .putLong(block)
          .put((byte) (isLast ? 1 : 0))
          .put(path)
          .array();
    }
  }

  /** Compares the checksum of a stored block; needs no key. */
  static void checkCrc(Blocks blocks, long block, byte[] stored, int offset, String file) {
    int end = blocks.contentSize(block) + AesGcm.TAG_SIZE_BYTES;
    int expected = ByteBuffer.wrap(stored).getInt(offset + end);
    int actual = crc32c(stored, offset, end);
    if (expected != actual) {
      throw new CorruptStateException(
          "block of an encrypted file is damaged: block=%d of %d, checksum expected=%08x, actual=%08x"
              .formatted(block + 1, blocks.count(), expected, actual),
          file,
          blocks.storedOffset(block));
    }
  }

  static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
