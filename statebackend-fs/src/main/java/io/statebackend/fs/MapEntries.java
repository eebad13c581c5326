// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;

/** Iterators over maps, small ones and larger ones. */
final class MapEntries<U, V> {
  private final FsTable<?, ?> table;
  private final PagedMap maps;
  private final Pairs pairs;
  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;

  MapEntries(
      FsTable<?, ?> table,
      PagedMap maps,
      Pairs pairs,
      TypeSerializer<U> userKeys,
      TypeSerializer<V> values) {
    this.table = table;
    this.maps = maps;
    this.pairs = pairs;
    this.userKeys = userKeys;
    this.values = values;
  }

  /** Iterates over the map whose head was found. */
  Iterator<Map.Entry<U, V>> iterator(int keyGroup) {
    if (maps.pageCount() > 0) {
      return new Paged(maps.allPages.iterators.begin(table.key), keyGroup);
    }
    byte[] bytes = table.head.bytes();
    int from = table.heads.valueAt(table.head);
    return new Small(
        Arrays.copyOfRange(
            bytes, from + PagedValue.ENTRIES_OFFSET, from + table.heads.valueLength(table.head)));
  }

  private Map.Entry<U, V> read(BinaryInput source) {
    U userKey = Field.read(userKeys, source);
    return Map.entry(userKey, Field.read(values, source));
  }

  /** Iterates over a copy of the pairs of a small map. */
  private final class Small implements Iterator<Map.Entry<U, V>> {
    private final BinaryInput source;

    Small(byte[] copy) {
      source = new BinaryInput(copy);
    }

    @Override
    public boolean hasNext() {
      return source.remaining() > 0;
    }

    @Override
    public Map.Entry<U, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the map has no more entries");
      }
      return read(source);
    }
  }

  /**
   * Iterates over a map page by page, whatever pages are divided or joined meanwhile. It walks over
   * hashes with their bits in reverse, so that the hashes of a page are a row, and so are those of
   * the two that it is divided into. Of two that were joined it may have visited one.
   */
  private final class Paged implements Iterator<Map.Entry<U, V>> {
    private final PagedIterators.Walk walk;
    private final KeyPart mapKey;
    private final int keyGroup;
    private final BinaryInput source = new BinaryInput();

    /** The first reversed hash that was not visited. */
    private long nextReversed;

    Paged(PagedIterators.Walk walk, int keyGroup) {
      this.walk = walk;
      this.keyGroup = keyGroup;
      this.mapKey = table.newKeyPart();
      mapKey.copy(walk.key());
    }

    @Override
    public boolean hasNext() {
      while (source.remaining() == 0) {
        if (walk.isEnded()) {
          return false;
        }
        readPage();
      }
      return true;
    }

    private void readPage() {
      if (!table.heads.find(keyGroup, mapKey, table.head)) {
        throw new IllegalStateException("a map was removed, and its iterators not ended");
      }
      long hash = Long.reverse(nextReversed);
      int pageCount = maps.pageCount();
      long rowMask = -1L >>> LinearHashing.bits(hash, pageCount);
      Pages pages = maps.allPages;
      if (pages.find(keyGroup, mapKey, LinearHashing.page(hash, pageCount))) {
        RecordView page = pages.view;
        int from = pages.records.valueAt(page);
        int to = from + pages.records.valueLength(page);
        boolean isWhole = (nextReversed & rowMask) == 0;
        byte[] copy =
            isWhole
                ? Arrays.copyOfRange(page.bytes(), from, to)
                : unvisited(page.bytes(), from, to);
        source.reset(copy, 0, copy.length);
      }
      nextReversed = (nextReversed | rowMask) + 1;
      if (nextReversed == 0) {
        walk.end();
      }
    }

    /** Copies those of some pairs that were not in a page that was visited. */
    private byte[] unvisited(byte[] bytes, int from, int to) {
      long seed = PagedValue.hashSeed(table.head.bytes(), table.heads.valueAt(table.head));
      BinaryOutput copy = new BinaryOutput();
      for (int at = from; at < to; ) {
        int end = pairs.end(bytes, at);
        long reversed = Long.reverse(PagedMap.hash(bytes, at, pairs.keyEnd(bytes, at) - at, seed));
        if (Long.compareUnsigned(reversed, nextReversed) >= 0) {
          copy.write(bytes, at, end - at);
        }
        at = end;
      }
      return copy.toByteArray();
    }

    @Override
    public Map.Entry<U, V> next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the map has no more entries");
      }
      return read(source);
    }
  }
}
