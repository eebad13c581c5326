// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The objects of a {@link FaultObjectServer}. Each method is one atomic step. */
final class ObjectMap {
  /** Guarded by {@code this}, as are the uploads. */
  private final TreeMap<String, Stored> objects = new TreeMap<>();

  private final Map<String, Upload> uploads = new HashMap<>();

  /** An array that is a component of a record, and is not compared. */
  static final class Bytes {
    private final byte[] bytes;

    Bytes(byte[] bytes) {
      this.bytes = bytes;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /** An object. */
  static final class Stored {
    private final byte[] content;
    private final Map<String, String> metadata;
    private final String etag;

    Stored(byte[] content, Map<String, String> metadata) {
      this.content = content;
      this.metadata = metadata;
      this.etag = ObjectMap.etag(content);
    }

    byte[] content() {
      return content;
    }

    /** Headers that were sent with it. */
    Map<String, String> metadata() {
      return metadata;
    }

    String etag() {
      return etag;
    }
  }

  private static final class Upload {
    final Map<String, String> metadata;
    final Map<Integer, byte[]> parts = new HashMap<>();

    Upload(Map<String, String> metadata) {
      this.metadata = metadata;
    }
  }

  /** What becomes of a request to complete an upload. */
  enum Completion {
    COMPLETED,
    PRESENT,
    NO_SUCH_UPLOAD,
    INVALID_PART
  }

  static String etag(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("MD5").digest(content);
      return "\"%032x\"".formatted(new BigInteger(1, hash));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Puts an object; returns {@code false} if it is there and must not be. */
  synchronized boolean put(String key, Stored stored, boolean ifAbsent) {
    if (ifAbsent && objects.containsKey(key)) {
      return false;
    }
    objects.put(key, stored);
    return true;
  }

  synchronized @Nullable Stored get(String key) {
    return objects.get(key);
  }

  synchronized void delete(String key) {
    objects.remove(key);
  }

  synchronized List<String> keys(String prefix) {
    List<String> keys = new ArrayList<>();
    for (String key : objects.tailMap(prefix).keySet()) {
      if (!key.startsWith(prefix)) {
        break;
      }
      keys.add(key);
    }
    return keys;
  }

  synchronized void begin(String id, Map<String, String> metadata) {
    uploads.put(id, new Upload(metadata));
  }

  synchronized boolean putPart(@Nullable String id, int number, byte[] part) {
    Upload upload = uploads.get(id);
    if (upload == null) {
      return false;
    }
    upload.parts.put(number, part);
    return true;
  }

  synchronized boolean abort(@Nullable String id) {
    return uploads.remove(id) != null;
  }

  synchronized int uploadCount() {
    return uploads.size();
  }

  synchronized Completion complete(String key, String id, List<Integer> parts, boolean ifAbsent) {
    Upload upload = uploads.get(id);
    if (upload == null) {
      return Completion.NO_SUCH_UPLOAD;
    }
    if (ifAbsent && objects.containsKey(key)) {
      return Completion.PRESENT;
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int last = 0;
    for (int number : parts) {
      byte[] part = upload.parts.get(number);
      if (part == null || number <= last) {
        return Completion.INVALID_PART;
      }
      content.writeBytes(part);
      last = number;
    }
    uploads.remove(id);
    objects.put(key, new Stored(content.toByteArray(), upload.metadata));
    return Completion.COMPLETED;
  }
}
