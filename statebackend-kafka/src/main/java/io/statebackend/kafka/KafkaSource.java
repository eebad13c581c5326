// SPDX-License-Identifier: Apache-2.0
package io.statebackend.kafka;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Source;
import io.statebackend.runtime.SourceOutput;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a topic, from the offsets of the restored checkpoint, or from the beginning. Only records
 * of transactions that were committed are seen.
 *
 * <p>Kafka's consumer groups have no part in that: partitions are dealt out by the job, and the
 * truth about offsets is in the checkpoint. With a {@code group.id} in the properties, offsets are
 * committed when a checkpoint is complete, so that tools can show how far the job is. An offset
 * that the topic does not have any more is an error, since records would be lost.
 *
 * @param <T> the type of the records
 */
public final class KafkaSource<T> implements Source<T, Long> {
  private static final Duration POLL = Duration.ofMillis(20);

  private final Map<String, Object> properties;
  private final String topic;
  private final Function<ConsumerRecord<byte[], byte[]>, T> decoder;
  private final boolean isBounded;

  private KafkaSource(
      Map<String, Object> properties,
      String topic,
      Function<ConsumerRecord<byte[], byte[]>, T> decoder,
      boolean isBounded) {
    this.properties = properties;
    this.topic = requireNonNull(topic, "topic");
    this.decoder = requireNonNull(decoder, "decoder");
    this.isBounded = isBounded;
  }

  /**
   * Creates a source.
   *
   * @param properties settings of the consumer, {@code bootstrap.servers} at least; what the source
   *     needs is set by itself
   * @param topic the topic
   * @param decoder makes a record of the job from one of Kafka
   * @param <T> the type of the records
   * @return the source
   */
  public static <T> KafkaSource<T> of(
      Map<String, ?> properties,
      String topic,
      Function<ConsumerRecord<byte[], byte[]>, T> decoder) {
    Map<String, Object> all = new HashMap<>(properties);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    return new KafkaSource<>(all, topic, decoder, false);
  }

  /**
   * Returns a source that comes to its end where the topic ends when it is opened.
   *
   * @return the source
   */
  public KafkaSource<T> untilTheEnd() {
    return new KafkaSource<>(properties, topic, decoder, true);
  }

  private Consumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public TypeSerializer<Long> positionSerializer() {
    return Serializers.LONG;
  }

  @Override
  public List<String> partitions() {
    try (Consumer<byte[], byte[]> consumer = consumer()) {
      return consumer.partitionsFor(topic).stream()
          .map(partition -> topic + "-" + partition.partition())
          .toList();
    }
  }

  @Override
  public Reader<T, Long> open(List<String> partitions, Map<String, Long> positions) {
    Map<String, TopicPartition> byName = new TreeMap<>();
    for (String partition : partitions) {
      int number = Integer.parseInt(partition.substring(topic.length() + 1));
      byName.put(partition, new TopicPartition(topic, number));
    }
    Consumer<byte[], byte[]> consumer = consumer();
    try {
      consumer.assign(byName.values());
      byName.forEach(
          (name, partition) -> {
            Long position = positions.get(name);
            if (position == null) {
              consumer.seekToBeginning(List.of(partition));
            } else {
              consumer.seek(partition, position);
            }
          });
      return new TopicReader(
          consumer, byName, isBounded ? consumer.endOffsets(byName.values()) : null);
    } catch (Throwable e) {
      consumer.close();
      throw e;
    }
  }

  /** Reads the partitions of one subtask. */
  private final class TopicReader implements Reader<T, Long> {
    private final Consumer<byte[], byte[]> consumer;
    private final Map<String, TopicPartition> byName;

    /** Where it ends, or {@code null} if it does not. */
    private final @Nullable Map<TopicPartition, Long> ends;

    TopicReader(
        Consumer<byte[], byte[]> consumer,
        Map<String, TopicPartition> byName,
        @Nullable Map<TopicPartition, Long> ends) {
      this.consumer = consumer;
      this.byName = byName;
      this.ends = ends;
    }

    @Override
    public Status read(SourceOutput<T> output) {
      if (byName.isEmpty()) {
        return ends == null ? Status.IDLE : Status.END;
      }
      if (isAtEnd()) {
        return Status.END;
      }
      Status status = Status.IDLE;
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        output.emit(decoder.apply(record));
        status = Status.READ;
      }
      return status;
    }

    private boolean isAtEnd() {
      return ends != null
          && ends.entrySet().stream()
              .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    @Override
    public Map<String, Long> positions() {
      Map<String, Long> positions = new TreeMap<>();
      byName.forEach((name, partition) -> positions.put(name, consumer.position(partition)));
      return positions;
    }

    @Override
    public void completed(Map<String, Long> positions) {
      if (properties.containsKey(ConsumerConfig.GROUP_ID_CONFIG)) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        positions.forEach(
            (name, position) ->
                offsets.put(requireNonNull(byName.get(name)), new OffsetAndMetadata(position)));
        // What becomes of it makes no difference: it is for the eye.
        consumer.commitAsync(offsets, null);
      }
    }

    @Override
    public void close() {
      consumer.close();
    }
  }
}
