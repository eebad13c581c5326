// SPDX-License-Identifier: Apache-2.0
/**
 * What an operator author and a backend author compile against.
 *
 * <p>{@link io.statebackend.api} holds what an operator touches: handles, descriptors, serializers,
 * errors. {@link io.statebackend.api.spi} is the contract that a storage engine implements, {@link
 * io.statebackend.api.storage} the one that a place for checkpoints implements.
 */
module io.statebackend.api {
  requires static org.jspecify;

  exports io.statebackend.api;
  exports io.statebackend.api.spi;
  exports io.statebackend.api.storage;
}
