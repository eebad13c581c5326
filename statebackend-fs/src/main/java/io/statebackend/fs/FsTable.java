// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;

/** What the tables of all kinds have: the records, and a key part and a view to work with. */
final class FsTable<K, N> {
  final Log log;
  final Records heads;
  final KeyPart key;
  final RecordView head = new RecordView();
  private final TableRecords table;
  private final TableRegistry tables;
  private final KeyPartFormat keyParts;
  private final TypeSerializer<N> namespaceSerializer;

  FsTable(
      TableRecords table, Log log, TableRegistry tables, TypeSerializer<N> namespaceSerializer) {
    this.table = table;
    this.log = log;
    this.heads = table.heads();
    this.tables = tables;
    this.key = tables.newKeyPart();
    this.keyParts = table.format().keyParts();
    this.namespaceSerializer = namespaceSerializer;
  }

  TableRecords records() {
    return table;
  }

  KeyPartFormat keyParts() {
    return keyParts;
  }

  KeyPart newKeyPart() {
    return tables.newKeyPart();
  }

  /** Moves the key part to a key and namespace, and tells the key group. */
  int moveKey(KeyContext<K> context, N namespace) {
    keyParts.move(key, context, namespaceSerializer, namespace);
    return context.keyGroup();
  }

  /** Moves the view to the value or head, if there is one. */
  boolean find(int keyGroup) {
    return heads.find(keyGroup, key, head);
  }

  boolean find(KeyContext<K> context, N namespace) {
    return find(moveKey(context, namespace));
  }
}
