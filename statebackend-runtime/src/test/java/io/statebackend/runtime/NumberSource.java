// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Partitions of numbers: partition {@code p} of {@code n} has p, p + n, p + 2n and so on. */
final class NumberSource implements Source<Long, Long> {
  private static final int READ_MAX = 50;

  private final int partitionCount;
  private final long perPartition;

  /** How many records may be read in all, by all readers; more than there are by default. */
  final AtomicLong allowed = new AtomicLong(Long.MAX_VALUE);

  NumberSource(int partitionCount, long perPartition) {
    this.partitionCount = partitionCount;
    this.perPartition = perPartition;
  }

  long count() {
    return partitionCount * perPartition;
  }

  @Override
  public TypeSerializer<Long> positionSerializer() {
    return Serializers.LONG;
  }

  @Override
  public List<String> partitions() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < partitionCount; i++) {
      names.add("p" + i);
    }
    return names;
  }

  @Override
  public Reader<Long, Long> open(List<String> partitions, Map<String, Long> positions) {
    Map<String, Long> reached = new HashMap<>(positions);
    return new Reader<>() {
      private int next;

      @Override
      public Status read(SourceOutput<Long> output) {
        for (int tried = 0; tried < partitions.size(); tried++) {
          String partition = partitions.get(next++ % partitions.size());
          long at = reached.getOrDefault(partition, 0L);
          long end = Math.min(perPartition, at + READ_MAX);
          if (at < end) {
            for (long i = at; i < end; i++) {
              if (allowed.getAndDecrement() <= 0) {
                allowed.incrementAndGet();
                reached.put(partition, i);
                return i == at ? Status.IDLE : Status.READ;
              }
              output.emit(i * partitionCount + Long.parseLong(partition.substring(1)));
            }
            reached.put(partition, end);
            return Status.READ;
          }
        }
        return Status.END;
      }

      @Override
      public Map<String, Long> positions() {
        return reached;
      }

      @Override
      public void close() {}
    };
  }
}
