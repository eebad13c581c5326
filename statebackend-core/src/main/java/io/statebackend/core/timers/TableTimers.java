// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TimerHandler;
import io.statebackend.api.Timers;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The timers that a program uses, over their bytes.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
public final class TableTimers<K, N> implements Timers<N> {

  /** The keyed state that the timers belong to. */
  public interface Owner<K> {

    /**
     * Makes a key the current one, after checking the calling thread.
     *
     * @param key the key to make current
     * @param keyGroup its key group
     */
    void setCurrentKey(K key, int keyGroup);

    /** Checks that the state is open and used by its owner. */
    void checkUsable();
  }

  private final String name;
  private final Owner<K> owner;
  private final KeyContext<K> current;
  private final TypeSerializer<K> keys;
  private final TypeSerializer<N> namespaces;
  private final TimerTable<K> table;
  private final BinaryOutput bytes = new BinaryOutput();
  private final BinaryInput input = new BinaryInput();
  private boolean isFiring;

  /**
   * Creates the timers.
   *
   * @param name their name
   * @param owner the keyed state
   * @param current the cursor with the current key
   * @param keys the serializer of the keys
   * @param namespaces the serializer of the namespaces
   * @param table where the timers are
   */
  public TableTimers(
      String name,
      Owner<K> owner,
      KeyContext<K> current,
      TypeSerializer<K> keys,
      TypeSerializer<N> namespaces,
      TimerTable<K> table) {
    this.name = name;
    this.owner = owner;
    this.current = current;
    this.keys = keys;
    this.namespaces = namespaces;
    this.table = table;
  }

  @Override
  public void register(N namespace, long timestamp) {
    table.add(current, timer(namespace, timestamp));
  }

  @Override
  public void delete(N namespace, long timestamp) {
    byte[] timer = timer(namespace, timestamp);
    table.remove(current.keyGroup(), timer);
  }

  @Override
  public boolean contains(N namespace, long timestamp) {
    return table.contains(current, timer(namespace, timestamp));
  }

  private byte[] timer(@Nullable N namespace, long timestamp) {
    if (namespace == null) {
      throw new NullPointerException("null is not a legal namespace of timers '" + name + "'");
    }
    current.checkSet();
    BinaryOutput key = current.bytes();
    bytes.reset();
    TimerBytes.writeStart(timestamp, keys.fixedLength(), key.array(), 0, key.position(), bytes);
    namespaces.serialize(namespace, bytes);
    return bytes.toByteArray();
  }

  @Override
  public OptionalLong nextTime() {
    owner.checkUsable();
    KeyGroupTimers<K> first = table.first();
    return first == null ? OptionalLong.empty() : OptionalLong.of(first.firstTime());
  }

  @Override
  public <X extends Exception> boolean fire(
      long upTo, int atMost, TimerHandler<? super N, X> handler) throws X {
    owner.checkUsable();
    if (atMost < 1) {
      throw new IllegalArgumentException(
          "timers '%s' are to fire at least one at a time: atMost=%d".formatted(name, atMost));
    }
    if (isFiring) {
      throw new IllegalStateException(
          "timers '%s' are firing: the handler must not fire them".formatted(name));
    }
    isFiring = true;
    try {
      for (int fired = 0; ; fired++) {
        KeyGroupTimers<K> first = table.first();
        if (first == null || first.firstTime() > upTo) {
          return false;
        }
        if (fired == atMost) {
          return true;
        }
        fire(first.keyGroup(), first.first(), handler);
      }
    } finally {
      isFiring = false;
    }
  }

  private <X extends Exception> void fire(
      int keyGroup, byte[] timer, TimerHandler<? super N, X> handler) throws X {
    input.reset(timer, 0, timer.length);
    final long timestamp = TimerBytes.readTimestamp(input);
    int keyLength = Field.length(keys.fixedLength(), input);
    int namespaceAt = input.position() + keyLength;
    input.reset(timer, input.position(), namespaceAt);
    K key = keys.deserialize(input);
    input.reset(timer, namespaceAt, timer.length);
    final N namespace = namespaces.deserialize(input);
    owner.setCurrentKey(key, keyGroup);
    table.remove(keyGroup, timer);
    boolean isHandled = false;
    try {
      handler.onTimer(namespace, timestamp);
      isHandled = true;
    } finally {
      if (!isHandled) {
        table.putBack(keyGroup, timer);
      }
    }
  }
}
