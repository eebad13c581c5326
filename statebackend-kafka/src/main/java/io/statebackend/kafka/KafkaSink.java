// SPDX-License-Identifier: Apache-2.0
package io.statebackend.kafka;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateIoException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Sink;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/*
 * Why the records are in the checkpoint
 *
 * A transaction of Kafka cannot be committed by another process than the one that began it, and it
 * is aborted after a time. A sink that prepared by leaving a transaction open would lose what was in
 * it if the process died between the checkpoint and the commit, and did not come back soon. So a
 * writer prepares by putting its records into the checkpoint, and commits by sending them in one
 * transaction, together with a mark that tells which batch it was. The mark is a committed offset of
 * a group that no consumer is in: Kafka makes it visible with the transaction or not at all. After a
 * restart, the mark tells whether a batch has to be sent again.
 *
 * The transactional id of a writer fences the process before: what that one still tries to commit is
 * refused.
 */

/**
 * Writes records into a topic, each exactly once for consumers that read committed records only.
 * They appear when the checkpoint is complete that they belong to. Until then they are kept in
 * memory and in the checkpoint: its interval times the rate of the output is what they take.
 *
 * @param <T> the type of the records
 */
public final class KafkaSink<T> implements Sink<T, KafkaSink.Batch> {
  private final Map<String, Object> properties;
  private final String topic;
  private final String name;
  private final Function<? super T, ProducerRecord<byte[], byte[]>> encoder;
  private final Map<Integer, Producer<byte[], byte[]>> producers = new ConcurrentHashMap<>();
  private volatile boolean isRecovered;

  /**
   * Records that are to be sent in one transaction.
   *
   * @param writer the index of the subtask that wrote them
   * @param checkpointId the checkpoint that they are a part of
   * @param id what tells the batch from others
   * @param partitions by record, the partition, or -1 if Kafka chooses one
   * @param keys by record, the key, or nothing if it has none
   * @param values by record, the value
   */
  public record Batch(
      int writer,
      long checkpointId,
      String id,
      List<Integer> partitions,
      List<List<byte[]>> keys,
      List<byte[]> values) {}

  private KafkaSink(
      Map<String, Object> properties,
      String topic,
      String name,
      Function<? super T, ProducerRecord<byte[], byte[]>> encoder) {
    this.properties = properties;
    this.topic = requireNonNull(topic, "topic");
    this.name = requireNonNull(name, "name");
    this.encoder = requireNonNull(encoder, "encoder");
  }

  /**
   * Creates a sink.
   *
   * @param properties settings of the producer, {@code bootstrap.servers} at least; what the sink
   *     needs is set by itself
   * @param topic the topic, which must be there
   * @param name what tells this sink from all others of the cluster, and stays the same when the
   *     job is started again: transactional ids and marks begin with it
   * @param encoder makes a record of Kafka, of the same topic and without headers, with a value
   * @param <T> the type of the records
   * @return the sink
   */
  public static <T> KafkaSink<T> of(
      Map<String, ?> properties,
      String topic,
      String name,
      Function<? super T, ProducerRecord<byte[], byte[]>> encoder) {
    return new KafkaSink<>(new HashMap<>(properties), topic, name, encoder);
  }

  @Override
  public TypeSerializer<Batch> preparedSerializer() {
    return Serializers.record(Batch.class);
  }

  @Override
  public void recover(List<Batch> prepared) {
    closeProducers(); // Those of a former start may be in an error.
    Map<Integer, List<Batch>> byWriter = new TreeMap<>();
    for (Batch batch : prepared) {
      byWriter.computeIfAbsent(batch.writer(), absent -> new ArrayList<>()).add(batch);
    }
    byWriter.forEach(this::recover);
    isRecovered = true;
  }

  private void recover(int writer, List<Batch> prepared) {
    prepared.sort(Comparator.comparingLong(Batch::checkpointId));
    // Fences the process before, and ends its transaction, so that the mark does not change any
    // more.
    Producer<byte[], byte[]> unused = producer(writer);
    String mark = mark(writer);
    int committed = -1;
    for (int i = 0; i < prepared.size(); i++) {
      committed = prepared.get(i).id().equals(mark) ? i : committed;
    }
    prepared.subList(committed + 1, prepared.size()).forEach(this::send);
  }

  private Producer<byte[], byte[]> producer(int writer) {
    return producers.computeIfAbsent(writer, this::openProducer);
  }

  private Producer<byte[], byte[]> openProducer(int writer) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, groupOf(writer));
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      return producer;
    } catch (Throwable e) {
      producer.close();
      throw e;
    }
  }

  /** The name of a writer: its transactional id, and the group that its mark is of. */
  private String groupOf(int writer) {
    return name + "-" + writer;
  }

  /** Returns the id of the batch that a writer has committed last, or {@code null}. */
  private @Nullable String mark(int writer) {
    try (Admin admin = Admin.create(properties)) {
      Map<TopicPartition, OffsetAndMetadata> offsets =
          admin
              .listConsumerGroupOffsets(
                  groupOf(writer), new ListConsumerGroupOffsetsOptions().requireStable(true))
              .partitionsToOffsetAndMetadata()
              .get();
      OffsetAndMetadata mark = offsets.get(markPartition());
      return mark == null ? null : mark.metadata();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted while the mark of a writer is read", e);
    } catch (ExecutionException | KafkaException e) {
      throw failed("cannot read the mark of writer " + groupOf(writer), e);
    }
  }

  private TopicPartition markPartition() {
    return new TopicPartition(topic, 0);
  }

  @Override
  public void commit(Batch prepared) {
    send(prepared);
  }

  @SuppressWarnings("removal") // Only a consumer has it otherwise, and there is none in the group.
  private void send(Batch batch) {
    Producer<byte[], byte[]> producer = producer(batch.writer());
    try {
      producer.beginTransaction();
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (int i = 0; i < batch.values().size(); i++) {
        int partition = batch.partitions().get(i);
        List<byte[]> key = batch.keys().get(i);
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    topic,
                    partition < 0 ? null : partition,
                    key.isEmpty() ? null : key.get(0),
                    batch.values().get(i))));
      }
      producer.sendOffsetsToTransaction(
          Map.of(markPartition(), new OffsetAndMetadata(batch.checkpointId(), batch.id())),
          new ConsumerGroupMetadata(groupOf(batch.writer())));
      producer.commitTransaction();
      for (Future<RecordMetadata> record : sent) {
        RecordMetadata unused = record.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("interrupted while a batch is sent", e);
    } catch (ExecutionException | KafkaException e) {
      throw failed(
          "cannot send the batch of checkpoint %d of writer %s"
              .formatted(batch.checkpointId(), groupOf(batch.writer())),
          e);
    }
  }

  private StateIoException failed(String what, Exception e) {
    return new StateIoException("%s: topic=%s, reason=%s".formatted(what, topic, e), e);
  }

  @Override
  public Writer<T, Batch> open(int subtask) {
    if (!isRecovered) {
      throw new IllegalStateException(
          "the Kafka sink '%s' was not recovered: batches that were prepared would not be sent"
              .formatted(name));
    }
    Producer<byte[], byte[]> unused = producer(subtask);
    return new BatchWriter(subtask);
  }

  private void closeProducers() {
    Collection<Producer<byte[], byte[]>> open = new ArrayList<>(producers.values());
    producers.clear();
    open.forEach(Producer::close);
  }

  @Override
  public void close() {
    isRecovered = false;
    closeProducers();
  }

  /** Collects the records of one subtask. */
  private final class BatchWriter implements Writer<T, Batch> {
    private final int subtask;
    private List<Integer> partitions = new ArrayList<>();
    private List<List<byte[]>> keys = new ArrayList<>();
    private List<byte[]> values = new ArrayList<>();

    BatchWriter(int subtask) {
      this.subtask = subtask;
    }

    @Override
    public void write(T record) {
      ProducerRecord<byte[], byte[]> encoded = encoder.apply(record);
      if (!encoded.topic().equals(topic) || encoded.value() == null) {
        throw new IllegalArgumentException(
            "the Kafka sink '%s' writes records with values into topic '%s': actual=%s"
                .formatted(name, topic, encoded));
      }
      Integer partition = encoded.partition();
      partitions.add(partition == null ? -1 : partition);
      keys.add(encoded.key() == null ? List.of() : List.of(encoded.key()));
      values.add(encoded.value());
    }

    @Override
    public @Nullable Batch prepare(long checkpointId) {
      if (values.isEmpty()) {
        return null;
      }
      Batch batch =
          new Batch(subtask, checkpointId, UUID.randomUUID().toString(), partitions, keys, values);
      partitions = new ArrayList<>();
      keys = new ArrayList<>();
      values = new ArrayList<>();
      return batch;
    }

    @Override
    public void close() {
      // What was not prepared is written again after the restart.
    }
  }
}
