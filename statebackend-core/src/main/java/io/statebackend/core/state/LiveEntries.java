// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import io.statebackend.core.snapshot.StateMeta;
import org.jspecify.annotations.Nullable;

/**
 * Entries without those that have expired: values, elements of lists and pairs of maps. What of a
 * page is left is a page; one of which nothing is left is passed over.
 */
final class LiveEntries implements EntryCursor {
  private final EntryCursor entries;
  private final MigratingEntrySource.Layout layout;
  private final int userKeyLength;
  private final int valueLength;
  private final Lifetime.ExpiryPoint expiry;
  private final BinaryOutput all = new BinaryOutput();
  private final BinaryOutput live = new BinaryOutput();
  private final BinaryInput in = new BinaryInput();

  /**
   * Filters a cursor, which is closed with this.
   *
   * @param meta what the state is, which has times
   */
  LiveEntries(EntryCursor entries, StateMeta meta, Lifetime.ExpiryPoint expiry) {
    this.entries = entries;
    this.layout = MigratingEntrySource.Layout.of(meta.kind());
    this.userKeyLength = meta.userKey().fixedLength();
    this.valueLength = meta.value().fixedLength();
    this.expiry = expiry;
  }

  @Override
  public boolean next() {
    while (entries.next()) {
      all.reset();
      entries.writeValue(all);
      in.reset(all.array(), 0, all.position());
      live.reset();
      boolean isLive = layout == MigratingEntrySource.Layout.VALUE ? keepValue() : keepFields();
      if (isLive) {
        return true;
      }
    }
    return false;
  }

  private boolean keepValue() {
    if (expiry.isExpired(in.readLong())) {
      return false;
    }
    live.write(all.array(), 0, all.position());
    return true;
  }

  private boolean keepFields() {
    boolean isMap = layout == MigratingEntrySource.Layout.MAP_PAGE;
    while (in.remaining() > 0) {
      int start = in.position();
      if (isMap) {
        in.skip(Field.length(userKeyLength, in));
      }
      int length = Field.length(valueLength, in);
      boolean isExpired = expiry.isExpired(in.readLong());
      in.skip(length - TimedSerializer.STAMP_BYTES);
      if (!isExpired) {
        live.write(all.array(), start, in.position() - start);
      }
    }
    return live.position() > 0;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    entries.writeKey(out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    entries.writeNamespace(out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    out.write(live.array(), 0, live.position());
  }

  @Override
  public void close() {
    entries.close();
  }

  /** Returns entries as they are, or without those that have expired if the state has times. */
  static EntryCursor of(
      EntryCursor entries, StateMeta meta, Lifetime.@Nullable ExpiryPoint expiry) {
    return expiry == null ? entries : new LiveEntries(entries, meta, expiry);
  }
}
