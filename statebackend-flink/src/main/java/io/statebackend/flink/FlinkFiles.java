// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.host.HostFile;
import io.statebackend.core.host.HostFiles;
import io.statebackend.core.host.HostOutput;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.util.IOUtils;

/** The files of native snapshots as streams of Flink's. What is cancelled closes them. */
final class FlinkFiles {
  private static final int COPIED_AT_ONCE_BYTES = 64 << 10;

  private FlinkFiles() {}

  private static StateIoException failed(String what, String name, Exception e) {
    return new StateIoException(what + ": name='" + name + "', reason=" + e, e);
  }

  private static StorageInput opened(HostFile<StreamStateHandle> file, CloseableRegistry registry) {
    try {
      return new Input(file.name(), file.handle(), registry);
    } catch (IOException e) {
      throw failed("cannot open a file of a snapshot", file.name(), e);
    }
  }

  /** The files of snapshots that are restored. */
  static final class Restored implements HostFiles<StreamStateHandle> {
    private final CloseableRegistry registry;

    Restored(CloseableRegistry registry) {
      this.registry = registry;
    }

    @Override
    public HostOutput<StreamStateHandle> create(String name) {
      throw new UnsupportedOperationException("a snapshot that is restored is only read");
    }

    @Override
    public StreamStateHandle reuse(HostFile<StreamStateHandle> file) {
      throw new UnsupportedOperationException("a snapshot that is restored is only read");
    }

    @Override
    public StorageInput open(HostFile<StreamStateHandle> file) {
      return opened(file, registry);
    }
  }

  /** The files of a snapshot that is written. */
  static final class Written implements HostFiles<StreamStateHandle> {
    private final CheckpointStreamFactory factory;
    private final CheckpointedStateScope scope;
    private final boolean isSharing;
    private final CloseableRegistry registry;

    /** The files that were committed. Guarded by itself. */
    private final List<StreamStateHandle> created = new ArrayList<>();

    /** The files of earlier snapshots that are shared. Guarded by {@code created}. */
    private final Set<StreamStateHandle> shared =
        Collections.newSetFromMap(new IdentityHashMap<>());

    /**
     * Begins without files.
     *
     * @param scope whether later snapshots may share the new files
     * @param isSharing whether files of earlier snapshots may be shared; they are copied otherwise
     */
    Written(
        CheckpointStreamFactory factory,
        CheckpointedStateScope scope,
        boolean isSharing,
        CloseableRegistry registry) {
      this.factory = factory;
      this.scope = scope;
      this.isSharing = isSharing;
      this.registry = registry;
    }

    @Override
    public HostOutput<StreamStateHandle> create(String name) {
      try {
        return new Output(name, factory.createCheckpointStateOutputStream(scope));
      } catch (IOException e) {
        throw failed("cannot create a file of a snapshot", name, e);
      }
    }

    @Override
    public StreamStateHandle reuse(HostFile<StreamStateHandle> file) {
      StreamStateHandle handle = file.handle();
      if (isSharing && factory.couldReuseStateHandle(handle)) {
        synchronized (created) {
          shared.add(handle);
        }
        return handle;
      }
      try {
        if (factory.canFastDuplicate(handle, scope)) {
          StreamStateHandle duplicate = factory.duplicate(List.of(handle), scope).get(0);
          synchronized (created) {
            created.add(duplicate);
          }
          return duplicate;
        }
      } catch (IOException e) {
        throw failed("cannot duplicate a file of a snapshot", file.name(), e);
      }
      return copied(file);
    }

    private StreamStateHandle copied(HostFile<StreamStateHandle> file) {
      byte[] buffer = new byte[COPIED_AT_ONCE_BYTES];
      try (StorageInput in = open(file);
          HostOutput<StreamStateHandle> out = create(file.name())) {
        for (long position = 0; position < file.length(); ) {
          int length = (int) Math.min(buffer.length, file.length() - position);
          in.read(position, buffer, 0, length);
          out.write(buffer, 0, length);
          position += length;
        }
        return out.commit();
      }
    }

    @Override
    public StorageInput open(HostFile<StreamStateHandle> file) {
      return opened(file, registry);
    }

    /** Tells whether a file is one of an earlier snapshot. */
    boolean isShared(StreamStateHandle handle) {
      synchronized (created) {
        return shared.contains(handle);
      }
    }

    /** Tells Flink which files are shared, for it may pack files into others. */
    void reportShared() {
      synchronized (created) {
        factory.reusePreviousStateHandle(shared);
      }
    }

    /** Deletes what was written, because there will be no snapshot. */
    void discard(Throwable failure) {
      synchronized (created) {
        for (StreamStateHandle handle : created) {
          try {
            handle.discardState();
          } catch (Exception e) {
            failure.addSuppressed(e);
          }
        }
        created.clear();
      }
    }

    private final class Output implements HostOutput<StreamStateHandle> {
      private final String name;
      private final CheckpointStateOutputStream stream;

      Output(String name, CheckpointStateOutputStream stream) throws IOException {
        this.name = name;
        this.stream = stream;
        registry.registerCloseable(stream); // which closes it if all was cancelled before
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        try {
          stream.write(bytes, offset, length);
        } catch (IOException e) {
          throw failed("cannot write a file of a snapshot", name, e);
        }
      }

      @Override
      public StreamStateHandle commit() {
        if (!registry.unregisterCloseable(stream)) {
          throw new StateIoException(
              "file of a snapshot is closed already, as after a cancellation: name='" + name + "'",
              null);
        }
        try {
          StreamStateHandle handle = stream.closeAndGetHandle();
          // Flink makes no file for no bytes.
          StreamStateHandle there =
              handle != null
                  ? handle
                  : new ByteStreamStateHandle(UUID.randomUUID().toString(), new byte[0]);
          synchronized (created) {
            created.add(there);
          }
          return there;
        } catch (IOException e) {
          throw failed("cannot end a file of a snapshot", name, e);
        }
      }

      @Override
      public void close() {
        if (registry.unregisterCloseable(stream)) {
          IOUtils.closeQuietly(stream);
        }
      }
    }
  }

  /** A file that is read by position, over a stream. */
  private static final class Input implements StorageInput {
    private final String name;
    private final long length;
    private final CloseableRegistry registry;
    private final FSDataInputStream stream;

    /** Guarded by this. */
    private long position;

    Input(String name, StreamStateHandle handle, CloseableRegistry registry) throws IOException {
      this.name = name;
      this.length = handle.getStateSize();
      this.registry = registry;
      this.stream = handle.openInputStream();
      registry.registerCloseable(stream);
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public synchronized void read(long from, byte[] target, int offset, int count) {
      try {
        if (position != from) {
          stream.seek(from);
          position = from;
        }
        for (int done = 0; done < count; ) {
          int read = stream.read(target, offset + done, count - done);
          if (read < 0) {
            throw new EOFException();
          }
          done += read;
          position += read;
        }
      } catch (EOFException e) {
        throw new CorruptStateException(
            "file of a snapshot ends too early: name='%s', needed=%d, length=%d"
                .formatted(name, from + count, length));
      } catch (IOException e) {
        if (!registry.isClosed()) {
          throw failed("cannot read a file of a snapshot", name, e);
        }
        throw new StateClosedException("the task was cancelled: name='" + name + "'");
      }
    }

    @Override
    public void close() {
      if (registry.unregisterCloseable(stream)) {
        IOUtils.closeQuietly(stream);
      }
    }
  }
}
