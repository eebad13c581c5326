// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

/** With a large cache, entries are written when images are taken. */
final class LargeCacheContractsTest extends RocksDbContracts {
  LargeCacheContractsTest() {
    super(64 << 20);
  }
}
