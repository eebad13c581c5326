// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * How fast is a storage in HDFS beside the plain client of HDFS, and how fast is an encrypted one?
 * Each writes the files of a checkpoint and publishes, then reads them, with the same number of
 * threads, in turn, and syncs what it writes. Tells megabytes per second and the ratio to the plain
 * client, of the best round each.
 *
 * <p>To run it: {@code mvn test-compile exec:java -pl statebackend-hadoop -am
 * -Dexec.mainClass=io.statebackend.hadoop.HadoopThroughput -Dexec.classpathScope=test
 * -Dexec.skip=false -Dmegabytes=1024}, or from an IDE.
 */
final class HadoopThroughput {
  private static final int MEGABYTES = Integer.getInteger("megabytes", 1024);
  private static final int FILE_COUNT = Integer.getInteger("files", 4);
  private static final int THREAD_COUNT = Integer.getInteger("threads", 2);
  private static final int ROUND_COUNT = Integer.getInteger("rounds", 3);

  private final byte[] piece = new byte[1 << 20];
  private final ExecutorService threads = Executors.newFixedThreadPool(THREAD_COUNT);

  private HadoopThroughput() {
    new Random(1).nextBytes(piece);
  }

  /** Writes and reads the files of a checkpoint. */
  private interface Way extends AutoCloseable {
    String name();

    void write(int file) throws IOException;

    void publish() throws IOException;

    void read(int file) throws IOException;

    void delete() throws IOException;

    @Override
    void close();
  }

  /**
   * Runs the program.
   *
   * @param arguments none
   * @throws IOException if the cluster fails
   * @throws ExecutionException if a way fails
   * @throws InterruptedException if it is interrupted
   */
  public static void main(String[] arguments)
      throws IOException, ExecutionException, InterruptedException {
    TestCluster cluster = TestCluster.shared();
    HadoopThroughput program = new HadoopThroughput();
    KeyFile keys =
        KeyFile.create(Files.createTempDirectory("keys").resolve("keys"), "password".toCharArray());
    List<Way> ways =
        List.of(
            program.new Plain(cluster.cluster().getFileSystem()),
            program.new Stored("storage", cluster.open("throughput/storage")),
            program
            .new Stored(
                "encrypted",
                EncryptedCheckpointStorage.open(cluster.open("throughput/encrypted"), keys)));
    program.run(ways);
    System.exit(0);
  }

  private void run(List<Way> ways) throws IOException, ExecutionException, InterruptedException {
    double[] write = new double[ways.size()];
    double[] read = new double[ways.size()];
    for (int round = 0; round < ROUND_COUNT; round++) {
      for (int i = 0; i < ways.size(); i++) {
        Way way = ways.get(i);
        long start = System.nanoTime();
        inParallel(file -> unchecked(() -> way.write(file)));
        way.publish();
        write[i] = Math.max(write[i], megabytesPerSecond(start));
        start = System.nanoTime();
        inParallel(file -> unchecked(() -> way.read(file)));
        read[i] = Math.max(read[i], megabytesPerSecond(start));
        way.delete();
      }
    }
    for (int i = 0; i < ways.size(); i++) {
      System.out.printf(
          "%-10s write %6.0f MB/s (%.2f of plain), read %6.0f MB/s (%.2f of plain)%n",
          ways.get(i).name(), write[i], write[i] / write[0], read[i], read[i] / read[0]);
    }
    threads.shutdown();
    ways.forEach(Way::close);
  }

  private static double megabytesPerSecond(long startNanos) {
    return MEGABYTES * 1e9 / (System.nanoTime() - startNanos);
  }

  private static void unchecked(Uninterrupted.Step step) {
    try {
      step.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void inParallel(IntConsumer task) throws ExecutionException, InterruptedException {
    List<Future<?>> files = new ArrayList<>();
    for (int file = 0; file < FILE_COUNT; file++) {
      int number = file;
      files.add(threads.submit(() -> task.accept(number)));
    }
    for (Future<?> file : files) {
      Object unused = file.get();
    }
  }

  private static int piecesPerFile() {
    return MEGABYTES / FILE_COUNT;
  }

  private final class Plain implements Way {
    private final FileSystem files;

    Plain(FileSystem files) {
      this.files = files;
    }

    @Override
    public String name() {
      return "plain";
    }

    private Path path(String file) {
      return new Path("/throughput/plain/" + file);
    }

    @Override
    public void write(int file) throws IOException {
      try (FSDataOutputStream out = files.create(path("" + file), false)) {
        for (int i = 0; i < piecesPerFile(); i++) {
          out.write(piece);
        }
        out.hsync();
      }
    }

    @Override
    public void publish() throws IOException {
      try (FSDataOutputStream out = files.create(path("_metadata"), false)) {
        out.write(1);
        out.hsync();
      }
    }

    @Override
    public void read(int file) throws IOException {
      byte[] target = new byte[piece.length];
      try (FSDataInputStream in = files.open(path("" + file))) {
        for (int i = 0; i < piecesPerFile(); i++) {
          in.readFully(target);
        }
      }
    }

    @Override
    public void delete() throws IOException {
      boolean unused = files.delete(path(""), true);
    }

    @Override
    public void close() {
      // The file system is the cluster's.
    }
  }

  private final class Stored implements Way {
    private final String name;
    private final CheckpointStorage storage;

    Stored(String name, CheckpointStorage storage) {
      this.name = name;
      this.storage = storage;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public void write(int file) {
      try (StorageOutput out = storage.create("chk-1/" + file)) {
        for (int i = 0; i < piecesPerFile(); i++) {
          out.write(piece, 0, piece.length);
        }
        out.commit();
      }
    }

    @Override
    public void publish() {
      storage.publish("chk-1/_metadata", new byte[1]);
    }

    @Override
    public void read(int file) {
      byte[] target = new byte[piece.length];
      try (StorageInput in = storage.open("chk-1/" + file)) {
        for (int i = 0; i < piecesPerFile(); i++) {
          in.read((long) i * piece.length, target, 0, target.length);
        }
      }
    }

    @Override
    public void delete() {
      storage.delete("chk-1");
    }

    @Override
    public void close() {
      storage.close();
    }
  }
}
