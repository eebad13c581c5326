// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.EntryCursor;
import java.util.List;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * A head per map. The pairs of a small map lie in the head; those of a larger one in pages by the
 * hash of the user key, of which there are more the larger the map is ({@link LinearHashing}): one
 * more for each that is filled, one less for each that is nearly emptied. A page that is empty is
 * not there.
 */
final class FsMapTable<K, N, U, V> implements MapTable<K, N, U, V> {
  private static final int FIRST_PAGE_COUNT = 2;

  /** A page that becomes smaller than this makes two pages one. */
  private static final int NEARLY_EMPTY_BYTES = PagedValue.PAGE_BYTES / 8;

  /** What is joined is no larger than this, so that it is not divided soon again. */
  private static final int JOINED_BYTES_MAX = PagedValue.PAGE_BYTES / 2;

  private final FsTable<K, N> table;
  private final Log log;
  private final SegmentTable segments;
  private final Records heads;
  private final RecordLayout headLayout;
  private final Pages allPages;
  private final Records pages;
  private final KeyPart key;
  private final KeyPart pageKey;
  private final RecordView head;
  private final RecordView page;
  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private final Pairs pairs;

  /** The serializer, if user keys are stored as their numbers. */
  private final @Nullable LongEncodedSerializer<U> userKeyNumbers;

  /** The serializer, if values are stored as their numbers. */
  private final @Nullable LongEncodedSerializer<V> valueNumbers;

  /** The field of a user key, and that of its value if it is put. */
  private final BinaryOutput pair = new BinaryOutput();

  private int keyFieldLength;

  /** The pairs of two pages while one is divided, or both are joined in the first one. */
  private final BinaryOutput[] halves = {new BinaryOutput(), new BinaryOutput()};

  /** Whether the number of pages was changed, or is right, for the operation at hand. */
  private boolean hasRightPages;

  FsMapTable(FsTable<K, N> table, TypeSerializer<U> userKeys, TypeSerializer<V> values) {
    this.table = table;
    this.log = table.log;
    this.segments = log.segments();
    this.heads = table.heads;
    this.headLayout = heads.layout();
    this.allPages = new Pages(table);
    this.pages = allPages.records;
    this.key = table.key;
    this.pageKey = allPages.key;
    this.head = table.head;
    this.page = allPages.view;
    this.userKeys = userKeys;
    this.values = values;
    this.pairs = new Pairs(userKeys.fixedLength(), values.fixedLength());
    this.userKeyNumbers = Numbers.of(userKeys);
    this.valueNumbers = Numbers.of(values);
  }

  private void beginPair(U userKey) {
    pair.reset();
    Field.write(userKeys, userKey, pair);
    keyFieldLength = pair.position();
  }

  private int headPageCount() {
    return PagedValue.pageCount(head.bytes(), heads.valueAt(head));
  }

  /**
   * Finds a small map in memory, by the short way ({@link Records#findInMemory}), in which user
   * keys are compared as numbers.
   *
   * @return the address of the head, {@link Records#NONE}, or {@link Records#UNSURE}
   */
  private long findSmallInMemory(KeyContext<K> context) {
    long address = userKeyNumbers == null ? Records.UNSURE : table.findInMemory(context);
    if (address > 0) {
      byte[] bytes = segments.memoryNow(address);
      if (PagedValue.pageCount(bytes, headLayout.valueAt(bytes, segments.offset(address))) > 0) {
        return Records.UNSURE;
      }
    }
    return address;
  }

  /** Finds a pair in a head that {@link #findSmallInMemory} has found. */
  private int findInSmall(LongEncodedSerializer<U> numbers, long address, U userKey) {
    byte[] bytes = segments.memoryNow(address);
    int at = segments.offset(address);
    int from = headLayout.valueAt(bytes, at);
    return pairs.findLong(
        bytes,
        from + PagedValue.ENTRIES_OFFSET,
        from + headLayout.valueLength(bytes, at),
        numbers.toLong(userKey));
  }

  @Override
  public @Nullable V get(KeyContext<K> context, N namespace, U userKey) {
    LongEncodedSerializer<U> numbers = userKeyNumbers;
    long address = findSmallInMemory(context);
    if (address == Records.NONE) {
      return null;
    }
    if (address != Records.UNSURE && numbers != null) {
      int at = findInSmall(numbers, address, userKey);
      return value(segments.memoryNow(address), at, Long.BYTES);
    }
    beginPair(userKey);
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return null;
    }
    if (headPageCount() == 0) {
      return value(head.bytes(), findInHead(), keyFieldLength);
    }
    return findPageOfKey(keyGroup) ? value(page.bytes(), findInPage(), keyFieldLength) : null;
  }

  private @Nullable V value(byte[] bytes, int pairAt, int keyLength) {
    if (pairAt == Pairs.NOT_FOUND) {
      return null;
    }
    LongEncodedSerializer<V> numbers = valueNumbers;
    if (numbers != null) {
      return numbers.fromLong(Bytes.getLong(bytes, pairAt + keyLength));
    }
    // A new one: to store a reference into an old one would cost more.
    BinaryInput in = new BinaryInput();
    in.reset(bytes, pairAt + keyLength, bytes.length);
    return Field.read(values, in);
  }

  @Override
  public boolean contains(KeyContext<K> context, N namespace, U userKey) {
    LongEncodedSerializer<U> numbers = userKeyNumbers;
    long address = findSmallInMemory(context);
    if (address == Records.NONE) {
      return false;
    }
    if (address != Records.UNSURE && numbers != null) {
      return findInSmall(numbers, address, userKey) != Pairs.NOT_FOUND;
    }
    beginPair(userKey);
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return false;
    }
    if (headPageCount() == 0) {
      return findInHead() != Pairs.NOT_FOUND;
    }
    return findPageOfKey(keyGroup) && findInPage() != Pairs.NOT_FOUND;
  }

  private int findInHead() {
    byte[] bytes = head.bytes();
    int from = heads.valueAt(head);
    return pairs.find(
        bytes,
        from + PagedValue.ENTRIES_OFFSET,
        from + heads.valueLength(head),
        pair.array(),
        keyFieldLength);
  }

  private int findInPage() {
    byte[] bytes = page.bytes();
    int from = pages.valueAt(page);
    return pairs.find(bytes, from, from + pages.valueLength(page), pair.array(), keyFieldLength);
  }

  private static long hash(byte[] bytes, int from, int length, long seed) {
    return KeyHash.of(bytes, from, length, seed);
  }

  /** Moves to the page that the user key belongs to, if it is there. */
  private boolean findPageOfKey(int keyGroup) {
    int valueAt = heads.valueAt(head);
    long seed = PagedValue.hashSeed(head.bytes(), valueAt);
    long hash = hash(pair.array(), 0, keyFieldLength, seed);
    return allPages.find(
        keyGroup, key, LinearHashing.page(hash, PagedValue.pageCount(head.bytes(), valueAt)));
  }

  @Override
  public void put(KeyContext<K> context, N namespace, U userKey, V value) {
    beginPair(userKey);
    Field.write(values, value, pair);
    put(table.moveKey(context, namespace));
  }

  private void put(int keyGroup) {
    hasRightPages = false;
    while (!tryPut(keyGroup)) {
      // Room was made, so what was looked up has to be looked up again.
    }
  }

  /** Tells whether records fit; if not, makes room for another try. */
  private boolean hasRoomFor(long sizeBytes) {
    if (log.fits(sizeBytes)) {
      return true;
    }
    log.makeRoom(sizeBytes, table.name());
    return false;
  }

  private boolean tryPut(int keyGroup) {
    if (!heads.find(keyGroup, key, head)) {
      return tryBegin(keyGroup);
    }
    if (headPageCount() > 0) {
      return tryPutIntoPage(keyGroup);
    }
    int at = findInHead();
    int from = heads.valueAt(head);
    int used = heads.valueLength(head);
    int removed = at == Pairs.NOT_FOUND ? 0 : pairs.end(head.bytes(), at) - at;
    int newLength = used - removed + pair.position();
    boolean isSingle = used - removed == PagedValue.ENTRIES_OFFSET;
    if (newLength > PagedValue.ENTRIES_OFFSET + PagedValue.PAGE_BYTES && !isSingle) {
      return tryMakePages(keyGroup) && tryPut(keyGroup);
    }
    int offset = at == Pairs.NOT_FOUND ? used : at - from;
    return tryChange(keyGroup, heads, key, head, offset, removed, pair.position());
  }

  private boolean tryBegin(int keyGroup) {
    int used = PagedValue.ENTRIES_OFFSET + pair.position();
    int capacity = PagedValue.capacityFor(used);
    if (!hasRoomFor(heads.layout().sizeBytes(key.length(), capacity))) {
      return false;
    }
    int at = heads.add(keyGroup, key, used, capacity);
    byte[] target = log.active().memoryNow();
    PagedValue.setPageCount(target, at, 0);
    System.arraycopy(pair.array(), 0, target, at + PagedValue.ENTRIES_OFFSET, pair.position());
    return true;
  }

  /**
   * Replaces a pair of a row of pairs by the one at hand, or by none.
   *
   * @param offset where in the value the pair begins, or its end
   * @param removed the length of the pair there, 0 to add one
   * @param added the length of the pair at hand, 0 to remove one
   * @return whether that was done; otherwise room was made for another try
   */
  private boolean tryChange(
      int keyGroup,
      Records records,
      KeyPart recordKey,
      RecordView view,
      int offset,
      int removed,
      int added) {
    byte[] bytes = view.bytes();
    int from = records.valueAt(view);
    int used = records.valueLength(view);
    int newLength = used - removed + added;
    int rest = used - offset - removed;
    if (records.hasRoom(view, newLength)) {
      int at = from + offset;
      if (removed != added) {
        System.arraycopy(bytes, at + removed, bytes, at + added, rest);
        records.layout().setValueLength(bytes, view.at(), newLength);
      }
      System.arraycopy(pair.array(), 0, bytes, at, added);
      return true;
    }
    int capacity = newLength > used ? PagedValue.capacityFor(newLength) : newLength;
    if (!hasRoomFor(records.layout().sizeBytes(recordKey.length(), capacity))) {
      return false;
    }
    int at = records.replace(keyGroup, recordKey, view, newLength, capacity);
    byte[] target = log.active().memoryNow();
    System.arraycopy(bytes, from, target, at, offset);
    System.arraycopy(pair.array(), 0, target, at + offset, added);
    System.arraycopy(bytes, from + offset + removed, target, at + offset + added, rest);
    return true;
  }

  /** Moves the pairs of a small map from its head into pages. */
  private boolean tryMakePages(int keyGroup) {
    byte[] bytes = head.bytes();
    int from = heads.valueAt(head) + PagedValue.ENTRIES_OFFSET;
    int to = heads.valueAt(head) + heads.valueLength(head);
    long entryCount = pairs.count(bytes, from, to);
    long seed = key.hash();
    divide(bytes, from, to, seed, 0);
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    long needed = inPlace ? 0 : headBytes();
    for (BinaryOutput half : halves) {
      needed += pageBytes(half);
    }
    if (!hasRoomFor(needed)) {
      return false;
    }
    for (int i = 0; i < FIRST_PAGE_COUNT; i++) {
      storePage(keyGroup, i, halves[i]);
    }
    writeHead(keyGroup, inPlace, FIRST_PAGE_COUNT, entryCount, seed);
    return true;
  }

  private long headBytes() {
    return heads.layout().sizeBytes(key.length(), PagedValue.PAGED_MAP_BYTES);
  }

  private long pageBytes(BinaryOutput content) {
    int keyLength = key.length() + KeyPartFormat.PAGE_BYTES;
    return pages.layout().sizeBytes(keyLength, PagedValue.capacityFor(content.position()));
  }

  /** Divides pairs by one bit of the hash of their user keys. */
  private void divide(byte[] bytes, int from, int to, long seed, int bit) {
    halves[0].reset();
    halves[1].reset();
    for (int at = from; at < to; ) {
      int end = pairs.end(bytes, at);
      long hash = hash(bytes, at, pairs.keyEnd(bytes, at) - at, seed);
      halves[(int) (hash >>> bit) & 1].write(bytes, at, end - at);
      at = end;
    }
  }

  /** Stores a page, which fits; removes it if it has nothing. */
  private void storePage(int keyGroup, int number, BinaryOutput content) {
    boolean isThere = allPages.find(keyGroup, key, number);
    int length = content.position();
    if (length == 0) {
      if (isThere) {
        pages.remove(keyGroup, pageKey, page);
      }
      return;
    }
    int capacity = PagedValue.capacityFor(length);
    int at =
        isThere
            ? pages.replace(keyGroup, pageKey, page, length, capacity)
            : pages.add(keyGroup, pageKey, length, capacity);
    System.arraycopy(content.array(), 0, log.active().memoryNow(), at, length);
  }

  private void writeHead(int keyGroup, boolean inPlace, int pageCount, long entryCount, long seed) {
    byte[] target;
    int at;
    if (inPlace) {
      target = head.bytes();
      at = heads.valueAt(head);
      heads.layout().setValueLength(target, head.at(), PagedValue.PAGED_MAP_BYTES);
    } else {
      at =
          heads.replace(
              keyGroup, key, head, PagedValue.PAGED_MAP_BYTES, PagedValue.PAGED_MAP_BYTES);
      target = log.active().memoryNow();
    }
    PagedValue.setPageCount(target, at, pageCount);
    PagedValue.setEntryCount(target, at, entryCount);
    PagedValue.setHashSeed(target, at, seed);
  }

  private boolean tryPutIntoPage(int keyGroup) {
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    boolean isThere = findPageOfKey(keyGroup);
    int at = isThere ? findInPage() : Pairs.NOT_FOUND;
    if (at == Pairs.NOT_FOUND) {
      return tryAddToPage(keyGroup, isThere, pageCount, entryCount, seed);
    }
    int removed = pairs.end(page.bytes(), at) - at;
    int offset = at - pages.valueAt(page);
    return tryChange(keyGroup, pages, pageKey, page, offset, removed, pair.position());
  }

  private boolean tryAddToPage(
      int keyGroup, boolean isThere, int pageCount, long entryCount, long seed) {
    int used = isThere ? pages.valueLength(page) : 0;
    int newLength = used + pair.position();
    if (newLength > PagedValue.PAGE_BYTES && !hasRightPages) {
      // Before anything else is changed: if there is no room for it, nothing was done.
      hasRightPages = tryAddPage(keyGroup);
      return false;
    }
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    long pageBytes = pages.layout().sizeBytes(pageKey.length(), PagedValue.capacityFor(newLength));
    if (!hasRoomFor(pageBytes + (inPlace ? 0 : headBytes()))) {
      return false;
    }
    if (isThere) {
      if (!tryChange(keyGroup, pages, pageKey, page, used, 0, pair.position())) {
        throw new IllegalStateException("there was room, and then there was not");
      }
    } else {
      int at = pages.add(keyGroup, pageKey, newLength, PagedValue.capacityFor(newLength));
      System.arraycopy(pair.array(), 0, log.active().memoryNow(), at, newLength);
    }
    writeHead(keyGroup, inPlace, pageCount, entryCount + 1, seed);
    return true;
  }

  /** Divides the page whose turn it is; if there is no room, makes some for another try. */
  private boolean tryAddPage(int keyGroup) {
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    int split = LinearHashing.nextSplit(pageCount);
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    halves[0].reset();
    halves[1].reset();
    boolean isThere = allPages.find(keyGroup, key, split);
    if (isThere) {
      int from = pages.valueAt(page);
      int bit = Integer.numberOfTrailingZeros(pageCount - split);
      divide(page.bytes(), from, from + pages.valueLength(page), seed, bit);
    }
    if (!hasRoomFor(pageBytes(halves[0]) + pageBytes(halves[1]) + (inPlace ? 0 : headBytes()))) {
      return false;
    }
    storePage(keyGroup, pageCount, halves[1]);
    storePage(keyGroup, split, halves[0]);
    writeHead(keyGroup, inPlace, pageCount + 1, entryCount, seed);
    return true;
  }

  @Override
  public void remove(KeyContext<K> context, N namespace, U userKey) {
    beginPair(userKey);
    int keyGroup = table.moveKey(context, namespace);
    log.giveBackIfShort();
    hasRightPages = false;
    while (!tryRemove(keyGroup)) {
      // Room was made, so what was looked up has to be looked up again.
    }
  }

  private boolean tryRemove(int keyGroup) {
    if (!heads.find(keyGroup, key, head)) {
      return true;
    }
    if (headPageCount() > 0) {
      return tryRemoveFromPage(keyGroup);
    }
    int at = findInHead();
    if (at == Pairs.NOT_FOUND) {
      return true;
    }
    int removed = pairs.end(head.bytes(), at) - at;
    if (heads.valueLength(head) - removed == PagedValue.ENTRIES_OFFSET) {
      heads.remove(keyGroup, key, head);
      return true;
    }
    return tryChange(keyGroup, heads, key, head, at - heads.valueAt(head), removed, 0);
  }

  private boolean tryRemoveFromPage(int keyGroup) {
    if (!findPageOfKey(keyGroup)) {
      return true;
    }
    int at = findInPage();
    if (at == Pairs.NOT_FOUND) {
      return true;
    }
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    int removed = pairs.end(page.bytes(), at) - at;
    int newLength = pages.valueLength(page) - removed;
    if (newLength < NEARLY_EMPTY_BYTES && !hasRightPages) {
      hasRightPages = tryJoinPages(keyGroup);
      return false;
    }
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    long needed =
        (newLength == 0 ? 0 : pages.layout().sizeBytes(pageKey.length(), newLength))
            + (inPlace ? 0 : headBytes());
    if (!hasRoomFor(needed)) {
      return false;
    }
    if (newLength == 0) {
      pages.remove(keyGroup, pageKey, page);
    } else if (!tryChange(keyGroup, pages, pageKey, page, at - pages.valueAt(page), removed, 0)) {
      throw new IllegalStateException("there was room, and then there was not");
    }
    if (entryCount == 1) {
      heads.remove(keyGroup, key, head);
      allPages.iterators.end(key);
    } else {
      writeHead(keyGroup, inPlace, pageCount, entryCount - 1, seed);
    }
    return true;
  }

  /**
   * Joins the last page and the one that it was divided from, or takes the pairs of the only two
   * pages into the head, if they are few; if there is no room, makes some for another try.
   */
  private boolean tryJoinPages(int keyGroup) {
    byte[] bytes = head.bytes();
    int valueAt = heads.valueAt(head);
    int pageCount = PagedValue.pageCount(bytes, valueAt);
    long entryCount = PagedValue.entryCount(bytes, valueAt);
    long seed = PagedValue.hashSeed(bytes, valueAt);
    int last = pageCount - 1;
    int joined = LinearHashing.nextSplit(last);
    if (pageLength(keyGroup, joined) + pageLength(keyGroup, last) > JOINED_BYTES_MAX) {
      return true;
    }
    halves[0].reset();
    halves[1].reset();
    addPage(keyGroup, joined, halves[0]);
    addPage(keyGroup, last, halves[0]);
    if (pageCount == FIRST_PAGE_COUNT) {
      return allPages.iterators.isUnderWay(key) || tryTakeIntoHead(keyGroup);
    }
    boolean inPlace = heads.hasRoom(head, PagedValue.PAGED_MAP_BYTES);
    if (!hasRoomFor(pageBytes(halves[0]) + (inPlace ? 0 : headBytes()))) {
      return false;
    }
    storePage(keyGroup, last, halves[1]);
    storePage(keyGroup, joined, halves[0]);
    writeHead(keyGroup, inPlace, pageCount - 1, entryCount, seed);
    return true;
  }

  private long pageLength(int keyGroup, int number) {
    return allPages.find(keyGroup, key, number) ? pages.valueLength(page) : 0;
  }

  private void addPage(int keyGroup, int number, BinaryOutput target) {
    if (allPages.find(keyGroup, key, number)) {
      target.write(page.bytes(), pages.valueAt(page), pages.valueLength(page));
    }
  }

  /** Makes a map small again whose pairs were collected. */
  private boolean tryTakeIntoHead(int keyGroup) {
    int length = PagedValue.ENTRIES_OFFSET + halves[0].position();
    int capacity = PagedValue.capacityFor(length);
    if (!hasRoomFor(heads.layout().sizeBytes(key.length(), capacity))) {
      return false;
    }
    for (int i = 0; i < FIRST_PAGE_COUNT; i++) {
      storePage(keyGroup, i, halves[1]);
    }
    int at = heads.replace(keyGroup, key, head, length, capacity);
    byte[] target = log.active().memoryNow();
    PagedValue.setPageCount(target, at, 0);
    System.arraycopy(
        halves[0].array(), 0, target, at + PagedValue.ENTRIES_OFFSET, halves[0].position());
    return true;
  }

  @Override
  public void clear(KeyContext<K> context, N namespace) {
    allPages.clear(table.moveKey(context, namespace));
  }

  @Override
  public boolean isEmpty(KeyContext<K> context, N namespace) {
    return !table.find(context, namespace);
  }

  @Override
  public EntryCursor walk(int keyGroup) {
    return table.walk(keyGroup);
  }

  @Override
  public List<N> namespaces(KeyContext<K> context) {
    return table.namespaces(context);
  }

  @Override
  public long entryCount() {
    return heads.count();
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> context, N namespace) {
    int keyGroup = table.moveKey(context, namespace);
    if (!heads.find(keyGroup, key, head)) {
      return Collections.emptyIterator();
    }
    if (headPageCount() > 0) {
      return new PagedEntries(allPages.iterators.begin(key), keyGroup);
    }
    int from = heads.valueAt(head);
    return new Entries(
        Arrays.copyOfRange(
            head.bytes(), from + PagedValue.ENTRIES_OFFSET, from + heads.valueLength(head)));
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    while (entries.next()) {
      table.keyParts().move(key, entries.key(), entries.namespace());
      BinaryInput source = entries.value();
      byte[] bytes = source.array();
      for (int at = source.position(); at < source.limit(); ) {
        int end = pairs.checkedEnd(bytes, at, source.limit());
        pair.reset();
        pair.write(bytes, at, end - at);
        keyFieldLength = pairs.keyEnd(bytes, at) - at;
        put(keyGroup);
        at = end;
      }
    }
  }

  private Map.Entry<U, V> read(BinaryInput source) {
    U userKey = Field.read(userKeys, source);
    return Map.entry(userKey, Field.read(values, source));
  }

  /** Iterates over a copy of the pairs of a small map. */
  private final class Entries implements Iterator<Map.Entry<U, V>> {
    private final BinaryInput source;

    Entries(byte[] copy) {
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
  private final class PagedEntries implements Iterator<Map.Entry<U, V>> {
    private final PagedIterators.Walk walk;
    private final KeyPart mapKey;
    private final int keyGroup;
    private final BinaryInput source = new BinaryInput();

    /** The first reversed hash that was not visited. */
    private long nextReversed;

    PagedEntries(PagedIterators.Walk walk, int keyGroup) {
      this.walk = walk;
      this.keyGroup = keyGroup;
      this.mapKey = table.newKeyPart();
      mapKey.copy(walk.key().bytes(), 0, walk.key().length());
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
      if (!heads.find(keyGroup, mapKey, head)) {
        throw new IllegalStateException("a map was removed, and its iterators not ended");
      }
      long hash = Long.reverse(nextReversed);
      int pageCount = headPageCount();
      long rowMask = -1L >>> LinearHashing.bits(hash, pageCount);
      if (allPages.find(keyGroup, mapKey, LinearHashing.page(hash, pageCount))) {
        int from = pages.valueAt(page);
        int to = from + pages.valueLength(page);
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
      long seed = PagedValue.hashSeed(head.bytes(), heads.valueAt(head));
      BinaryOutput copy = new BinaryOutput();
      for (int at = from; at < to; ) {
        int end = pairs.end(bytes, at);
        long reversed = Long.reverse(hash(bytes, at, pairs.keyEnd(bytes, at) - at, seed));
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
