// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * The pages of one list or map on the heap: entries without key and namespace.
 *
 * @param <T> the type of the items, elements or pairs
 */
final class PageCursor<T> implements EntryCursor {
  private final List<T> items;
  private final BiConsumer<T, BinaryOutput> writeItem;
  private int nextItem;

  PageCursor(List<T> items, BiConsumer<T, BinaryOutput> writeItem) {
    this.items = items;
    this.writeItem = writeItem;
  }

  @Override
  public boolean next() {
    return nextItem < items.size();
  }

  @Override
  public void writeKey(BinaryOutput out) {}

  @Override
  public void writeNamespace(BinaryOutput out) {}

  @Override
  public void writeValue(BinaryOutput out) {
    int start = out.position();
    do {
      writeItem.accept(items.get(nextItem++), out);
    } while (nextItem < items.size() && out.position() - start < PAGE_SIZE_BYTES);
  }

  @Override
  public void close() {}
}
