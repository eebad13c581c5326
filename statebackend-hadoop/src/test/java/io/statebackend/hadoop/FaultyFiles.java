// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.testkit.fault.RemoteCalls;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Files whose calls fail when a disk does, before they are made or after. */
final class FaultyFiles implements HadoopFiles {
  private final HadoopFiles files;
  private final RemoteCalls calls;

  FaultyFiles(HadoopFiles files, RemoteCalls calls) {
    this.files = files;
    this.calls = calls;
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T call(Call<T> call) throws IOException {
    calls.before();
    T answer = call.run();
    calls.after();
    return answer;
  }

  private interface Step {
    void run() throws IOException;
  }

  private void step(Step step) throws IOException {
    calls.before();
    step.run();
    calls.after();
  }

  @Override
  public NewFile create(Path file) throws IOException {
    NewFile created = call(() -> files.create(file));
    return new NewFile() {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        calls.takeRoom(length);
        created.write(bytes, offset, length);
      }

      @Override
      public void finish() throws IOException {
        step(created::finish);
      }

      @Override
      public void close() throws IOException {
        created.close();
      }
    };
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    step(() -> files.createDirectory(directory));
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    step(() -> files.createDirectories(directory));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step(() -> files.rename(from, to));
  }

  @Override
  public boolean delete(Path path) throws IOException {
    return call(() -> files.delete(path));
  }

  @Override
  public boolean deleteIfEmpty(Path directory) throws IOException {
    return call(() -> files.deleteIfEmpty(directory));
  }

  @Override
  public Optional<FileStatus> find(Path path) throws IOException {
    return call(() -> files.find(path));
  }

  @Override
  public RemoteIterator<FileStatus> list(Path directory) throws IOException {
    return call(() -> files.list(directory));
  }

  @Override
  public FSDataInputStream open(Path file) throws IOException {
    return call(() -> files.open(file));
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
