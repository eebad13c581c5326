// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.storage.CheckpointStorage;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The data keys of a storage: stored wrapped, unwrapped when they are first needed. Thread-safe.
 */
final class DataKeys {
  private final CheckpointStorage storage;
  private final KeyService service;
  private final SecureRandom random = new SecureRandom();

  /** Guarded by {@code this}, as is the next. */
  private StoredKeys stored;

  private final Map<String, byte[]> unwrapped = new HashMap<>();

  /** Reads the keys, and unwraps the newest, so that a wrong master key is found at once. */
  DataKeys(CheckpointStorage storage, KeyService service) {
    this.storage = storage;
    this.service = service;
    this.stored = StoredKeys.read(storage);
    if (!stored.keys().isEmpty()) {
      byte[] unused = key(stored.newestId(), storage.location());
    }
  }

  /** Returns the id of the key for new files; makes the first one when there is none. */
  synchronized String newestId() {
    if (stored.keys().isEmpty()) {
      // An earlier try may have published a key, and then have failed.
      stored = StoredKeys.read(storage);
    }
    if (stored.keys().isEmpty()) {
      addKey();
    }
    return stored.newestId();
  }

  /** Makes a new key for new files. */
  synchronized void addKey() {
    DataKey added = service.generate();
    String id = newId();
    Map<String, WrappedKey> keys = new LinkedHashMap<>(stored.keys());
    keys.put(id, added.wrapped());
    unwrapped.put(id, added.key());
    publish(keys);
  }

  /** Wraps all keys again. */
  synchronized void rewrap() {
    stored = StoredKeys.read(storage);
    if (stored.keys().isEmpty()) {
      return;
    }
    Map<String, WrappedKey> keys = new LinkedHashMap<>();
    for (Map.Entry<String, WrappedKey> key : stored.keys().entrySet()) {
      try {
        keys.put(key.getKey(), service.rewrap(key.getValue()));
      } catch (IncompatibleStateException e) {
        throw cannotUnwrap(key.getKey(), key.getValue(), storage.location(), e);
      }
    }
    publish(keys);
  }

  private void publish(Map<String, WrappedKey> keys) {
    StoredKeys next = stored.next(keys);
    try {
      next.publish(storage);
    } catch (RuntimeException e) {
      reread(e);
      throw e;
    }
    stored = next;
    next.deleteOlder(storage);
  }

  /** The failed operation may have taken effect all the same. */
  private void reread(RuntimeException failure) {
    try {
      stored = StoredKeys.read(storage);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Returns a new random id, in hexadecimal. */
  String newId() {
    byte[] id = new byte[EncryptedLayout.ID_SIZE_BYTES];
    random.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  /**
   * Returns a key; the caller must not change it.
   *
   * @param file what it is for, for messages
   * @throws IncompatibleStateException if the key or its master key is lost
   */
  synchronized byte[] key(String id, String file) {
    byte[] known = unwrapped.get(id);
    if (known != null) {
      return known;
    }
    WrappedKey wrapped = stored.keys().get(id);
    if (wrapped == null) {
      stored = StoredKeys.read(storage); // Another process may have added it.
      wrapped = stored.keys().get(id);
    }
    if (wrapped == null) {
      throw new IncompatibleStateException(
          "the data key of an encrypted file is lost: data key=%s, file=%s, keys in %s/%s=%s; bring back the file of keys that has it from a copy"
              .formatted(id, file, storage.location(), stored.file(), stored.keys().keySet()));
    }
    try {
      byte[] key = service.unwrap(wrapped);
      if (key.length != AesGcm.KEY_SIZE_BYTES) {
        throw new IncompatibleStateException(
            "a key service has unwrapped what is no data key: expected bytes=%d, actual=%d"
                .formatted(AesGcm.KEY_SIZE_BYTES, key.length));
      }
      unwrapped.put(id, key);
      return key;
    } catch (IncompatibleStateException e) {
      throw cannotUnwrap(id, wrapped, file, e);
    }
  }

  private static IncompatibleStateException cannotUnwrap(
      String id, WrappedKey wrapped, String file, IncompatibleStateException cause) {
    return new IncompatibleStateException(
        "a data key cannot be unwrapped: data key=%s, master key=%s, for=%s: %s"
            .formatted(id, wrapped.masterKeyId(), file, cause.getMessage()),
        cause);
  }
}
