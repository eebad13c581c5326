// SPDX-License-Identifier: Apache-2.0
/**
 * The engine over RocksDB: an ordered store in native memory and files, with a cache on the heap.
 */
@NullMarked
package io.statebackend.rocksdb;

import org.jspecify.annotations.NullMarked;
