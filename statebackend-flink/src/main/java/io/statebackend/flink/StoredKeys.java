// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a state in an image, with their namespaces, each pair once. What the program changes
 * meanwhile does not show.
 */
final class StoredKeys<K, N> extends Spliterators.AbstractSpliterator<Tuple2<K, N>>
    implements AutoCloseable {
  private final FlinkImage image;
  private final Wrapped<K> keys;
  private final Wrapped<N> namespaces;
  private final byte @Nullable [] wantedNamespace;
  private final List<String> tables;
  private final int lastKeyGroup;
  private final BinaryOutput pair = new BinaryOutput();
  private final BinaryInput window = new BinaryInput();
  private byte[] last = {};

  /** The pairs met so far, if two tables may have the same one. */
  private final @Nullable Set<ByteBuffer> met;

  private Iterator<String> nextTables;
  private int keyGroup;
  private @Nullable EntryCursor entries;

  /**
   * Walks over the keys from the first.
   *
   * @param image the image, closed with the keys
   * @param namespace the only namespace that is looked for, or {@code null} for all
   */
  StoredKeys(
      FlinkImage image, KeyedTable<K, N, ?> state, KeyGroupRange keyGroups, @Nullable N namespace) {
    super(Long.MAX_VALUE, Spliterator.DISTINCT | Spliterator.NONNULL);
    this.image = image;
    this.keys = state.wrappedKeys();
    this.namespaces = state.namespaces();
    this.tables = state.tableNames().stream().filter(image::has).toList();
    this.met = tables.size() > 1 ? new HashSet<>() : null;
    this.lastKeyGroup = keyGroups.getEndKeyGroup();
    this.keyGroup = keyGroups.getStartKeyGroup() - 1;
    this.nextTables = List.<String>of().iterator();
    this.wantedNamespace = namespace == null ? null : serialized(namespace);
  }

  private byte[] serialized(N namespace) {
    BinaryOutput out = new BinaryOutput();
    namespaces.serialize(namespace, out);
    return out.toByteArray();
  }

  Stream<Tuple2<K, N>> stream() {
    return StreamSupport.stream(this, false).onClose(this::close);
  }

  @Override
  public boolean tryAdvance(Consumer<? super Tuple2<K, N>> action) {
    while (true) {
      EntryCursor current = entries;
      if (current == null) {
        if (!nextTables.hasNext()) {
          if (keyGroup >= lastKeyGroup) {
            close();
            return false;
          }
          keyGroup++;
          nextTables = tables.iterator();
        } else {
          entries = image.frozen().entries(nextTables.next(), keyGroup);
        }
      } else if (!current.next()) {
        current.close();
        entries = null;
      } else {
        pair.reset();
        current.writeKey(pair);
        int keyEnd = pair.position();
        current.writeNamespace(pair);
        int namespaceEnd = pair.position();
        pair.writeInt(keyEnd); // so that no two pairs are the same bytes
        if (isWanted(keyEnd, namespaceEnd)) {
          action.accept(Tuple2.of(read(keys, 0, keyEnd), read(namespaces, keyEnd, namespaceEnd)));
          return true;
        }
      }
    }
  }

  private <T> T read(Wrapped<T> serializer, int from, int to) {
    window.reset(last, from, to);
    return serializer.deserialize(window);
  }

  /** Passes over other namespaces, and over further pages of the same list or map. */
  private boolean isWanted(int keyEnd, int namespaceEnd) {
    byte[] wanted = wantedNamespace;
    if (wanted != null
        && !Arrays.equals(pair.array(), keyEnd, namespaceEnd, wanted, 0, wanted.length)) {
      return false;
    }
    if (Arrays.equals(pair.array(), 0, pair.position(), last, 0, last.length)) {
      return false;
    }
    last = pair.toByteArray();
    return met == null || met.add(ByteBuffer.wrap(last));
  }

  @Override
  public void close() {
    EntryCursor current = entries;
    entries = null;
    nextTables = List.<String>of().iterator();
    keyGroup = lastKeyGroup;
    try {
      if (current != null) {
        current.close();
      }
    } finally {
      image.close();
    }
  }
}
