// SPDX-License-Identifier: Apache-2.0
package io.statebackend.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;

/** A broker in this JVM, and what tests ask of it. */
final class TestBroker {
  private final KafkaClusterTestKit cluster;

  private TestBroker(KafkaClusterTestKit cluster) {
    this.cluster = cluster;
  }

  static TestBroker start() throws Exception {
    KafkaClusterTestKit cluster =
        new KafkaClusterTestKit.Builder(
                new TestKitNodes.Builder()
                    .setCombined(true)
                    .setNumBrokerNodes(1)
                    .setNumControllerNodes(1)
                    .build())
            .setConfigProp("offsets.topic.replication.factor", "1")
            .setConfigProp("offsets.topic.num.partitions", "2")
            .setConfigProp("transaction.state.log.replication.factor", "1")
            .setConfigProp("transaction.state.log.min.isr", "1")
            .setConfigProp("transaction.state.log.num.partitions", "2")
            .setConfigProp("group.initial.rebalance.delay.ms", "0")
            .build();
    cluster.format();
    cluster.startup();
    cluster.waitForReadyBrokers();
    return new TestBroker(cluster);
  }

  String bootstrap() {
    return cluster.bootstrapServers();
  }

  Map<String, Object> properties() {
    return Map.of("bootstrap.servers", bootstrap());
  }

  void createTopic(String name, int partitions) throws ExecutionException, InterruptedException {
    try (Admin admin = cluster.admin()) {
      admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
    }
  }

  /** Sends records, and between them some in transactions that are given up. */
  void send(String topic, int partitions, int count) {
    Map<String, Object> transactional = new HashMap<>(properties());
    transactional.put("transactional.id", "given-up");
    try (var producer =
            new KafkaProducer<>(properties(), new StringSerializer(), new StringSerializer());
        var aborting =
            new KafkaProducer<>(transactional, new StringSerializer(), new StringSerializer())) {
      aborting.initTransactions();
      for (int i = 0; i < count; i++) {
        var unused =
            producer.send(new ProducerRecord<>(topic, i % partitions, null, "record " + i));
        if (i % (count / 4) == 0) {
          aborting.beginTransaction();
          sendGivenUp(aborting, topic, i % partitions, "given up " + i);
          aborting.flush();
          aborting.abortTransaction();
        }
      }
    }
  }

  private static void sendGivenUp(
      KafkaProducer<String, String> producer, String topic, int partition, String value) {
    var unused = producer.send(new ProducerRecord<>(topic, partition, null, value));
  }

  /** Returns the committed values of a topic, sorted. */
  List<String> committed(String topic, int partitions) {
    Map<String, Object> properties = new HashMap<>(properties());
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (int partition = 0; partition < partitions; partition++) {
        all.add(new TopicPartition(topic, partition));
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      while (all.stream()
          .anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
        consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
      }
    }
    values.sort(null);
    return values;
  }

  void close() throws Exception {
    cluster.close();
  }
}
