// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What every benchmark is run with: the backend, and the state that it holds. */
@State(Scope.Thread)
public class Settings {
  /** How many records are one invocation: an operator works off a buffer of them in a loop. */
  static final int BATCH = 1000;

  /** Who is measured. */
  @Param("MEMORY")
  public Backend backend;

  /** How many keys; for maps and lists, how many entries or elements in all. */
  @Param({"500000", "5000000"})
  public int keys;

  /** What is stored. */
  @Param("LONG_LONG")
  public EntryType type;

  /** Which keys come how often. */
  @Param({"UNIFORM", "ZIPF"})
  public Distribution distribution;
}
