// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.s3.ObjectStoreException.Reason;
import io.statebackend.testkit.fault.RemoteCalls;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A store whose calls fail when a disk does, before they are made or after. */
final class FaultyObjectStore implements ObjectStore {
  private final ObjectStore store;
  private final RemoteCalls calls;

  FaultyObjectStore(ObjectStore store, RemoteCalls calls) {
    this.store = store;
    this.calls = calls;
  }

  private interface Call<T> {
    T run() throws ObjectStoreException;
  }

  private <T> T call(Call<T> call) throws ObjectStoreException {
    try {
      calls.before();
    } catch (IOException e) {
      throw new ObjectStoreException(Reason.UNCERTAIN, "no connection: " + e.getMessage(), e);
    }
    T answer = call.run();
    try {
      calls.after();
    } catch (IOException e) {
      throw new ObjectStoreException(Reason.UNCERTAIN, "no answer: " + e.getMessage(), e);
    }
    return answer;
  }

  private void takeRoom(int length) throws ObjectStoreException {
    try {
      calls.takeRoom(length);
    } catch (IOException e) {
      throw new ObjectStoreException(Reason.UNCERTAIN, "no room: " + e.getMessage(), e);
    }
  }

  @Override
  public void putIfAbsent(String key, byte[] content, int length, String writer)
      throws ObjectStoreException {
    takeRoom(length);
    Object unused =
        call(
            () -> {
              store.putIfAbsent(key, content, length, writer);
              return key;
            });
  }

  @Override
  public Upload startUpload(String key, String writer) throws ObjectStoreException {
    Upload upload = call(() -> store.startUpload(key, writer));
    return new Upload() {
      @Override
      public void put(int number, byte[] content, int length) throws ObjectStoreException {
        takeRoom(length);
        Object unused =
            call(
                () -> {
                  upload.put(number, content, length);
                  return upload;
                });
      }

      @Override
      public void completeIfAbsent() throws ObjectStoreException {
        Object unused =
            call(
                () -> {
                  upload.completeIfAbsent();
                  return upload;
                });
      }

      @Override
      public void abort() throws ObjectStoreException {
        Object unused =
            call(
                () -> {
                  upload.abort();
                  return upload;
                });
      }
    };
  }

  @Override
  public Part get(String key, long from, int length, @Nullable String etag)
      throws ObjectStoreException {
    return call(() -> store.get(key, from, length, etag));
  }

  @Override
  public List<String> list(String prefix, boolean isDeep, int countMax)
      throws ObjectStoreException {
    return call(() -> store.list(prefix, isDeep, countMax));
  }

  @Override
  public void delete(List<String> keys) throws ObjectStoreException {
    Object unused =
        call(
            () -> {
              store.delete(keys);
              return keys;
            });
  }

  @Override
  public void close() {
    store.close();
  }
}
