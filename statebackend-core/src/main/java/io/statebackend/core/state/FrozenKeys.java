// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.core.snapshot.StateMeta;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one namespace in an image, read key group by key group.
 *
 * @param <K> the type of the keys
 */
final class FrozenKeys<K> extends Spliterators.AbstractSpliterator<K> implements AutoCloseable {
  private final FrozenStore image;
  private final StateMeta state;
  private final Lifetime.@Nullable ExpiryPoint expiry;
  private final StoreSpec<K> spec;
  private final BinaryOutput wantedNamespace;
  private final Runnable checkOpen;
  private final BinaryOutput namespace = new BinaryOutput();
  private final BinaryInput input = new BinaryInput();

  /** The serialized key of the current entry, and that of the key last returned. */
  private BinaryOutput key = new BinaryOutput();

  private BinaryOutput lastKey = new BinaryOutput();
  private boolean hasLastKey;
  private int nextKeyGroup;
  private @Nullable EntryCursor entries;

  /**
   * Walks over the keys from the first.
   *
   * @param image the image, closed with the keys
   * @param expiry what has expired, or {@code null} for a state without a time to live
   * @param checkOpen fails when the keys must not be used any more
   */
  FrozenKeys(
      FrozenStore image,
      StateMeta state,
      Lifetime.@Nullable ExpiryPoint expiry,
      StoreSpec<K> spec,
      BinaryOutput wantedNamespace,
      Runnable checkOpen) {
    super(Long.MAX_VALUE, Spliterator.DISTINCT | Spliterator.NONNULL);
    this.image = image;
    this.state = state;
    this.expiry = expiry;
    this.spec = spec;
    this.wantedNamespace = wantedNamespace;
    this.checkOpen = checkOpen;
    this.nextKeyGroup = spec.keyGroups().first();
  }

  Stream<K> stream() {
    return StreamSupport.stream(this, false).onClose(this::close);
  }

  @Override
  public boolean tryAdvance(Consumer<? super K> action) {
    checkOpen.run();
    while (true) {
      EntryCursor current = entries;
      if (current == null) {
        if (nextKeyGroup > spec.keyGroups().last()) {
          close();
          return false;
        }
        entries = LiveEntries.of(image.entries(state.name(), nextKeyGroup++), state, expiry);
      } else if (!current.next()) {
        current.close();
        entries = null;
      } else if (isNewKey(current)) {
        input.reset(lastKey.array(), 0, lastKey.position());
        action.accept(spec.keySerializer().deserialize(input));
        return true;
      }
    }
  }

  /** Passes over entries of other namespaces, and over further pages of the same list or map. */
  private boolean isNewKey(EntryCursor current) {
    namespace.reset();
    current.writeNamespace(namespace);
    if (!TableKeyedStateBackend.sameBytes(namespace, wantedNamespace)) {
      return false;
    }
    key.reset();
    current.writeKey(key);
    if (hasLastKey && TableKeyedStateBackend.sameBytes(key, lastKey)) {
      return false;
    }
    BinaryOutput swapped = lastKey;
    lastKey = key;
    key = swapped;
    hasLastKey = true;
    return true;
  }

  @Override
  public void close() {
    EntryCursor current = entries;
    entries = null;
    nextKeyGroup = Integer.MAX_VALUE;
    try {
      if (current != null) {
        current.close();
      }
    } finally {
      image.close();
    }
  }
}
