// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

/** With a tiny cache, entries come and go all the time; most states share a column family. */
final class TinyCacheContractsTest extends RocksDbContracts {
  TinyCacheContractsTest() {
    super(16 << 10, 1);
  }
}
