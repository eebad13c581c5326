// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.core.snapshot.FieldMeta;

/**
 * The timers of a key group as a portable snapshot has them: entries of key, namespace and
 * timestamp, read from the pages of the buckets.
 */
public final class TimerCursor implements EntryCursor {
  private final EntryCursor pages;
  private final int keyLength;
  private final TimerBytes.Serializer timers = new TimerBytes.Serializer();
  private final BinaryOutput page = new BinaryOutput();
  private final BinaryInput input = new BinaryInput();
  private final BinaryInput fields = new BinaryInput();
  private byte[] timer = {};
  private long timestamp;
  private int keyAt;
  private int namespaceAt;

  /**
   * Creates a cursor before the first timer.
   *
   * @param pages the pages of a table of timers, closed with this
   * @param key the form of the keys
   */
  public TimerCursor(EntryCursor pages, FieldMeta key) {
    this.pages = pages;
    this.keyLength = key.fixedLength();
  }

  @Override
  public boolean next() {
    while (input.remaining() == 0) {
      if (!pages.next()) {
        return false;
      }
      page.reset();
      pages.writeValue(page);
      input.reset(page.array(), 0, page.position());
    }
    timer = Field.read(timers, input);
    fields.reset(timer, 0, timer.length);
    timestamp = TimerBytes.readTimestamp(fields);
    int length = Field.length(keyLength, fields);
    keyAt = fields.position();
    namespaceAt = keyAt + length;
    return true;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    out.write(timer, keyAt, namespaceAt - keyAt);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    out.write(timer, namespaceAt, timer.length - namespaceAt);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    out.writeLong(timestamp);
  }

  @Override
  public void close() {
    pages.close();
  }
}
