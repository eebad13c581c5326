// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

/** Without a cache, every operation is one of the database. */
final class NoCacheContractsTest extends RocksDbContracts {
  NoCacheContractsTest() {
    super(0);
  }
}
