// SPDX-License-Identifier: Apache-2.0
/**
 * What a program that embeds the library has to get right around its state: routing, barriers,
 * sources, sinks and configuration.
 */
module io.statebackend.runtime {
  requires transitive io.statebackend.core;
  requires org.jctools.core;
  requires org.slf4j;
  requires org.snakeyaml.engine;
  requires static org.jspecify;

  exports io.statebackend.runtime;

  // Its records are written by the serializers of core.
  opens io.statebackend.runtime to
      io.statebackend.core;
}
