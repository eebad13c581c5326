// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of a storage engine: how much it uses, for what, and how much it may use. Immutable.
 *
 * <p>These are the figures that the engine accounts for while it works. They are exact or too high.
 * They do not include the objects of the program, the code of the engine, or buffers of single
 * records in transit. All figures of one result belong together if the engine is idle. While stores
 * work, one figure may be older than the next.
 *
 * @param limitBytes the maximum for all stores of the engine together, or {@link #NO_LIMIT}
 * @param shared how many bytes of each part the stores use together, so that they belong to no
 *     single store; absent parts are 0
 * @param stores what each open store uses in addition, in the order in which they were opened
 */
public record MemoryUse(long limitBytes, Map<Part, Long> shared, List<OfStore> stores) {

  /** The limit of an engine that has no limit. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  /** What memory is used for. */
  public enum Part {
    /** The structures that lead from keys to entries. */
    INDEX,
    /** Entries that are the state itself, and memory that is reserved for them. */
    LOG,
    /** Copies of entries and of parts of files, which can be read again. */
    CACHE,
    /** Memory outside of the heap that cannot be divided further. */
    NATIVE,
    /** Memory for images and snapshots only, and memory that is reserved for them. */
    IMAGES
  }

  /**
   * What one store uses.
   *
   * @param operatorId the operator of the store
   * @param subtask the index of its subtask
   * @param parts how many bytes each part has; absent parts are 0
   */
  public record OfStore(String operatorId, int subtask, Map<Part, Long> parts) {

    /**
     * Checks the figures.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public OfStore {
      requireNonNull(operatorId, "operatorId");
      parts = checked(parts);
    }

    /**
     * Returns what the store uses.
     *
     * @return the sum of all parts in bytes
     */
    public long usedBytes() {
      return sum(parts);
    }
  }

  /**
   * Checks the figures.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public MemoryUse {
    if (limitBytes < 0) {
      throw new IllegalArgumentException("limit is negative: limitBytes=" + limitBytes);
    }
    shared = checked(shared);
    stores = List.copyOf(stores);
  }

  private static Map<Part, Long> checked(Map<Part, Long> parts) {
    parts.forEach(
        (part, bytes) -> {
          if (bytes < 0) {
            throw new IllegalArgumentException(
                "memory in use is negative: part=%s, bytes=%d".formatted(part, bytes));
          }
        });
    return Map.copyOf(parts);
  }

  private static long sum(Map<Part, Long> parts) {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns what the engine uses.
   *
   * @return the sum over all stores and what they share, in bytes
   */
  public long usedBytes() {
    return sum(shared) + stores.stream().mapToLong(OfStore::usedBytes).sum();
  }

  /**
   * Returns what the engine uses, by what it is for.
   *
   * @return bytes of each part, all stores and what they share together
   */
  public Map<Part, Long> parts() {
    Map<Part, Long> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      parts.put(part, shared.getOrDefault(part, 0L));
    }
    for (OfStore store : stores) {
      store.parts().forEach((part, bytes) -> parts.merge(part, bytes, Long::sum));
    }
    return parts;
  }
}
