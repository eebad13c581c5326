// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The entries of one state in Flink's canonical form, read from an image by one thread. */
interface CanonicalForm {

  /** Opens the entries of a key group. */
  Entries open(int keyGroup);

  /** The entries of one state and key group. The arrays are the caller's to keep and change. */
  interface Entries extends AutoCloseable {

    /** Moves to the next entry; false if there is none. */
    boolean next();

    byte[] key();

    byte[] value();

    @Override
    void close();
  }

  /** Values, written as they are. */
  static CanonicalForm ofValues(FlinkImage image, String table, KeyLayout layout, Bytes filter) {
    return keyGroup ->
        image.has(table)
            ? new Values(image.frozen().entries(table, keyGroup), keyGroup, layout, filter)
            : NONE;
  }

  /** Lists, with a comma between elements. */
  static CanonicalForm ofLists(
      FlinkImage image, String table, KeyLayout layout, int elementLength, Bytes filter) {
    return keyGroup ->
        image.has(table)
            ? new Lists(
                image.frozen().entries(table, keyGroup), keyGroup, layout, elementLength, filter)
            : NONE;
  }

  /**
   * Entries of maps. Their values are of a length of their own, or there are none.
   *
   * @param valueLength the fixed length of values, or {@code null} if there are none
   */
  static CanonicalForm ofMaps(
      FlinkImage image,
      String table,
      KeyLayout layout,
      int userKeyLength,
      @Nullable Integer valueLength,
      Bytes filter) {
    return keyGroup ->
        image.has(table)
            ? new Maps(
                image.frozen().entries(table, keyGroup),
                keyGroup,
                layout,
                userKeyLength,
                valueLength,
                filter)
            : NONE;
  }

  /** The entries of one form after those of another. */
  static CanonicalForm inTurn(CanonicalForm first, CanonicalForm second) {
    return keyGroup -> new InTurn(first.open(keyGroup), () -> second.open(keyGroup));
  }

  /** Filters serialized elements; immutable or used by one snapshot. */
  @FunctionalInterface
  interface Bytes {
    /** Keeps everything. */
    Bytes ALL = bytes -> bytes;

    /** Returns what is stored for a value, or {@code null} if it is left out. */
    byte @Nullable [] filter(byte[] bytes);

    /** Returns the part of an output that begins at a place as it is stored. */
    default byte @Nullable [] filter(BinaryOutput out, int start) {
      return filter(Arrays.copyOfRange(out.array(), start, out.position()));
    }
  }

  /** No entries. */
  Entries NONE =
      new Entries() {
        @Override
        public boolean next() {
          return false;
        }

        @Override
        public byte[] key() {
          throw new IllegalStateException("there is no entry");
        }

        @Override
        public byte[] value() {
          throw new IllegalStateException("there is no entry");
        }

        @Override
        public void close() {}
      };

  /** What all kinds have: a cursor, and the entry that it stands on. */
  abstract class OfTable implements Entries {
    final EntryCursor cursor;
    final int keyGroup;
    final KeyLayout layout;
    final Bytes filter;
    final BinaryOutput out = new BinaryOutput();
    byte[] key = {};
    byte[] value = {};

    OfTable(EntryCursor cursor, int keyGroup, KeyLayout layout, Bytes filter) {
      this.cursor = cursor;
      this.keyGroup = keyGroup;
      this.layout = layout;
      this.filter = filter;
    }

    /** Writes the key of the cursor's entry into an emptied output. */
    final void writeKey(BinaryOutput target) {
      target.reset();
      layout.write(keyGroup, cursor, target);
    }

    @Override
    public final byte[] key() {
      return key;
    }

    @Override
    public final byte[] value() {
      return value;
    }

    @Override
    public final void close() {
      cursor.close();
    }
  }

  /** Values. */
  final class Values extends OfTable {
    Values(EntryCursor cursor, int keyGroup, KeyLayout layout, Bytes filter) {
      super(cursor, keyGroup, layout, filter);
    }

    @Override
    public boolean next() {
      while (cursor.next()) {
        out.reset();
        cursor.writeValue(out);
        byte[] kept = filter.filter(out, 0);
        if (kept != null) {
          value = kept;
          writeKey(out);
          key = out.toByteArray();
          return true;
        }
      }
      return false;
    }
  }

  /** Lists, whose pages come in a row. */
  final class Lists extends OfTable {
    private static final byte DELIMITER = ',';

    private final int elementLength;
    private final BinaryOutput nextKey = new BinaryOutput();
    private final BinaryOutput page = new BinaryOutput();
    private final BinaryInput elements = new BinaryInput();
    private boolean isOnEntry;
    private boolean isBegun;

    Lists(EntryCursor cursor, int keyGroup, KeyLayout layout, int elementLength, Bytes filter) {
      super(cursor, keyGroup, layout, filter);
      this.elementLength = elementLength;
    }

    @Override
    public boolean next() {
      if (!isBegun) {
        isBegun = true;
        advance();
      }
      while (isOnEntry) {
        key = nextKey.toByteArray();
        out.reset();
        do {
          addElements();
          advance();
        } while (isOnEntry
            && Arrays.equals(nextKey.array(), 0, nextKey.position(), key, 0, key.length));
        if (out.position() > 0) {
          value = out.toByteArray();
          return true;
        }
      }
      return false;
    }

    private void advance() {
      isOnEntry = cursor.next();
      if (isOnEntry) {
        writeKey(nextKey);
      }
    }

    private void addElements() {
      page.reset();
      cursor.writeValue(page);
      elements.reset(page.array(), 0, page.position());
      while (elements.remaining() > 0) {
        int length = Field.length(elementLength, elements);
        byte[] kept =
            filter.filter(
                Arrays.copyOfRange(
                    elements.array(), elements.position(), elements.position() + length));
        elements.skip(length);
        if (kept != null) {
          if (out.position() > 0) {
            out.writeByte(DELIMITER);
          }
          out.write(kept, 0, kept.length);
        }
      }
    }
  }

  /** Entries of maps. */
  final class Maps extends OfTable {
    private final int userKeyLength;
    private final @Nullable Integer valueLength;
    private final BinaryOutput page = new BinaryOutput();
    private final BinaryInput pairs = new BinaryInput();
    private int keyEnd;

    Maps(
        EntryCursor cursor,
        int keyGroup,
        KeyLayout layout,
        int userKeyLength,
        @Nullable Integer valueLength,
        Bytes filter) {
      super(cursor, keyGroup, layout, filter);
      this.userKeyLength = userKeyLength;
      this.valueLength = valueLength;
    }

    @Override
    public boolean next() {
      while (pairs.remaining() > 0 || nextPage()) {
        int length = Field.length(userKeyLength, pairs);
        out.truncate(keyEnd);
        out.write(pairs.array(), pairs.position(), length);
        pairs.skip(length);
        byte[] kept = readValue();
        if (kept != null) {
          key = out.toByteArray();
          value = kept;
          return true;
        }
      }
      return false;
    }

    private boolean nextPage() {
      if (!cursor.next()) {
        return false;
      }
      writeKey(out);
      keyEnd = out.position();
      page.reset();
      cursor.writeValue(page);
      pairs.reset(page.array(), 0, page.position());
      return true;
    }

    /** Returns whether there is a value, and that. */
    private byte @Nullable [] readValue() {
      if (valueLength == null) {
        pairs.skip(1);
        return new byte[] {1};
      }
      int length = Field.length(valueLength, pairs);
      int from = pairs.position();
      pairs.skip(length);
      if (filter == Bytes.ALL) {
        byte[] stored = new byte[1 + length];
        System.arraycopy(pairs.array(), from, stored, 1, length);
        return stored;
      }
      byte[] kept = filter.filter(Arrays.copyOfRange(pairs.array(), from, from + length));
      if (kept == null) {
        return null;
      }
      byte[] stored = new byte[1 + kept.length];
      System.arraycopy(kept, 0, stored, 1, kept.length);
      return stored;
    }
  }

  /** Entries of one and then of another. */
  final class InTurn implements Entries {
    private Entries current;
    private @Nullable Supplier<Entries> following;

    InTurn(Entries first, Supplier<Entries> following) {
      this.current = first;
      this.following = following;
    }

    @Override
    public boolean next() {
      if (current.next()) {
        return true;
      }
      Supplier<Entries> open = following;
      if (open == null) {
        return false;
      }
      following = null;
      current.close();
      current = open.get();
      return current.next();
    }

    @Override
    public byte[] key() {
      return current.key();
    }

    @Override
    public byte[] value() {
      return current.value();
    }

    @Override
    public void close() {
      current.close();
    }
  }
}
