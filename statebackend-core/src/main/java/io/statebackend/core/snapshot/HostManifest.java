// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import java.util.ArrayList;
import java.util.List;

/**
 * What a native snapshot consists of whose files a host keeps, as specified in
 * docs/format/host-manifest-v1.md.
 *
 * @param keyGroups the key groups of the store that was snapshotted
 * @param snapshot the engine's snapshot; the paths of its files are plain names
 */
public record HostManifest(KeyGroupRange keyGroups, NativeSnapshot snapshot) {
  private static final Envelope ENVELOPE = new Envelope("host manifest", 0x5342484D, 1);

  /**
   * Checks the manifest.
   *
   * @throws IllegalArgumentException if a file lies in a directory, or two have one name
   */
  public HostManifest {
    requireNonNull(keyGroups, "keyGroups");
    List<String> names = snapshot.files().stream().map(FileRef::path).toList();
    if (snapshot.files().stream().anyMatch(FileRef::isShared)
        || names.stream().distinct().count() < names.size()) {
      throw new IllegalArgumentException("files have plain names, each its own: names=" + names);
    }
  }

  /**
   * Returns the bytes of the manifest.
   *
   * @return a new array
   */
  public byte[] encode() {
    BinaryOutput body = new BinaryOutput();
    body.writeInt(keyGroups.first());
    body.writeInt(keyGroups.last());
    body.writeString(snapshot.format());
    BinaryInput manifest = snapshot.manifest();
    body.writeVarInt(manifest.remaining());
    body.write(manifest.array(), manifest.position(), manifest.remaining());
    body.writeVarInt(snapshot.files().size());
    for (FileRef file : snapshot.files()) {
      body.writeString(file.path());
      body.writeLong(file.length());
      body.writeInt(file.crc32c());
    }
    BinaryOutput all = new BinaryOutput(Envelope.OVERHEAD + body.position());
    ENVELOPE.write(body, all);
    return all.toByteArray();
  }

  /**
   * Reads the bytes of a manifest.
   *
   * @param bytes all of it
   * @param file where the bytes come from, for messages
   * @return the manifest
   * @throws CorruptStateException if the bytes are damaged or no manifest
   * @throws io.statebackend.api.IncompatibleStateException if they are of a version that this
   *     library does not read
   */
  public static HostManifest decode(byte[] bytes, String file) {
    BinaryInput body = ENVELOPE.read(bytes, file);
    try {
      KeyGroupRange keyGroups = new KeyGroupRange(body.readInt(), body.readInt());
      String format = body.readString();
      byte[] manifest = body.readBytes(body.readLength());
      int fileCount = body.readLength();
      List<FileRef> files = new ArrayList<>();
      for (int i = 0; i < fileCount; i++) {
        files.add(new FileRef(body.readString(), body.readLong(), body.readInt()));
      }
      if (body.remaining() != 0) {
        throw new CorruptStateException("bytes left over: count=" + body.remaining());
      }
      return new HostManifest(keyGroups, new NativeSnapshot(format, manifest, files));
    } catch (CorruptStateException | IllegalArgumentException e) {
      throw new CorruptStateException(
          "host manifest is damaged: " + e.getMessage(), file, body.position(), e);
    }
  }
}
