// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.MemoryUse;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;

/**
 * What a backend tells Flink's metrics. Written by its task and by snapshots, read by any thread.
 */
final class Figures {
  private static final String GROUP = "statebackend";

  private volatile long freezeNanos;
  private volatile long newBytes;
  private volatile long reusedBytes;

  void froze(long nanos) {
    freezeNanos = nanos;
  }

  void wrote(long newFilesBytes, long reusedFilesBytes) {
    newBytes = newFilesBytes;
    reusedBytes = reusedFilesBytes;
  }

  /** Makes the figures known, and those of the memory of the slot. */
  void register(MetricGroup metrics, SlotEngine engine) {
    MetricGroup group = metrics.addGroup(GROUP);
    group.gauge("lastFreezeNanos", (Gauge<Long>) () -> freezeNanos);
    group.gauge("lastNewBytes", (Gauge<Long>) () -> newBytes);
    group.gauge("lastReusedBytes", (Gauge<Long>) () -> reusedBytes);
    group.gauge("memoryLimitBytes", memory(engine, use -> use.limitBytes()));
    group.gauge("memoryUsedBytes", memory(engine, use -> use.usedBytes()));
    for (MemoryUse.Part part : MemoryUse.Part.values()) {
      group.gauge(
          "memory" + capitalized(part.name()) + "Bytes",
          memory(engine, use -> use.parts().getOrDefault(part, 0L)));
    }
  }

  private static Gauge<Long> memory(SlotEngine engine, ToLongFunction<MemoryUse> figure) {
    return () -> engine.memoryUse().map(figure::applyAsLong).orElse(0L);
  }

  private static String capitalized(String name) {
    return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
  }
}
