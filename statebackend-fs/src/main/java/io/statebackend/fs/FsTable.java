// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.KeyContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** The common part of tables of all kinds: the records, and a key part and a view to work with. */
final class FsTable<K, N> {
  final Log log;
  final Records heads;
  final KeyPart key;
  final RecordView head;
  private final TableRecords table;
  private final TableRegistry tables;
  private final KeyPartFormat keyParts;

  /** Whether key parts are nothing but the number of the key. */
  private final boolean hasNumberKeys;

  private final TypeSerializer<N> namespaceSerializer;

  FsTable(
      TableRecords table,
      Log log,
      TableRegistry tables,
      TypeSerializer<K> keySerializer,
      TypeSerializer<N> namespaceSerializer) {
    this.table = table;
    this.log = log;
    this.heads = table.heads();
    this.tables = tables;
    this.key = tables.newKeyPart();
    this.head = newView();
    this.keyParts = table.format().keyParts();
    this.namespaceSerializer = namespaceSerializer;
    this.hasNumberKeys =
        Numbers.of(keySerializer) != null && namespaceSerializer.fixedLength() == 0;
  }

  TableRecords records() {
    return table;
  }

  String name() {
    return table.format().name();
  }

  KeyPartFormat keyParts() {
    return keyParts;
  }

  KeyPart newKeyPart() {
    return tables.newKeyPart();
  }

  RecordView newView() {
    return new RecordView(log.segments());
  }

  /** Moves the key part to a key and namespace, and tells the key group. */
  int moveKey(KeyContext<K> context, N namespace) {
    if (hasNumberKeys) {
      key.moveTo(context.number());
    } else {
      keyParts.move(key, context, namespaceSerializer, namespace);
    }
    return context.keyGroup();
  }

  /**
   * Finds the value or head if that takes the short way ({@link Records#findInMemory}).
   *
   * @return the address, {@link Records#NONE}, or {@link Records#UNSURE}
   */
  long findInMemory(KeyContext<K> context) {
    if (!hasNumberKeys) {
      return Records.UNSURE;
    }
    return heads.findInMemory(context.keyGroup(), context.number());
  }

  /** Moves the view to the value or head, if there is one. */
  boolean find(int keyGroup) {
    return heads.find(keyGroup, key, head);
  }

  /** Walks over a key group that may change meanwhile. */
  EntryCursor walk(int keyGroup) {
    heads.checkKeyGroup(keyGroup, name());
    return new LiveCursor(table, log, newKeyPart(), newKeyPart(), keyGroup);
  }

  /**
   * Returns the namespaces of a key. Looks at the index of the whole key group, and at one record
   * in a hundred.
   */
  List<N> namespaces(KeyContext<K> context) {
    log.checkOpen();
    BinaryOutput wanted = context.bytes();
    RecordView view = newView();
    BinaryOutput namespace = new BinaryOutput();
    BinaryInput in = new BinaryInput();
    List<N> found = new ArrayList<>();
    IndexGroup group = heads.group(context.keyGroup());
    LongConsumer look =
        address -> {
          view.moveTo(address);
          byte[] bytes = view.bytes();
          int from = view.at() + heads.layout().keyOffset();
          int length = heads.layout().keyLength(bytes, view.at());
          if (keyParts.isOfKey(bytes, from, length, wanted)) {
            namespace.reset();
            keyParts.writeNamespaceOf(bytes, from, length, namespace);
            in.reset(namespace.array(), 0, namespace.position());
            found.add(namespaceSerializer.deserialize(in));
          }
        };
    if (keyParts.hasNamespaces()) {
      group.forEachAddressOfKey(key.hashOfKey(wanted.array(), 0, wanted.position()), look);
    } else {
      group.forEachAddress(look);
    }
    return found;
  }

  boolean find(KeyContext<K> context, N namespace) {
    return find(moveKey(context, namespace));
  }
}
