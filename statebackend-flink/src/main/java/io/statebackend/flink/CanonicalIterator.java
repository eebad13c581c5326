// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.util.List;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyValueStateIterator;

/**
 * All entries of a snapshot in the order of Flink's canonical form: by key group, then by state.
 */
final class CanonicalIterator implements KeyValueStateIterator {
  private final List<CanonicalForm> forms;
  private final int lastKeyGroup;
  private CanonicalForm.Entries entries = CanonicalForm.NONE;
  private int keyGroup;
  private int stateId = -1;
  private byte[] key = {};
  private byte[] value = {};
  private boolean isNewKeyGroup;
  private boolean isNewState;
  private boolean isValid;

  /** Begins on the first entry; the index of a form is the id of its state. */
  CanonicalIterator(List<CanonicalForm> forms, KeyGroupRange keyGroups) {
    this.forms = forms;
    this.keyGroup = keyGroups.getStartKeyGroup();
    this.lastKeyGroup = keyGroups.getEndKeyGroup();
    next();
  }

  @Override
  public void next() {
    isNewKeyGroup = false;
    isNewState = false;
    while (!entries.next()) {
      entries.close();
      entries = CanonicalForm.NONE;
      stateId++;
      isNewState = true;
      if (stateId >= forms.size()) {
        if (keyGroup >= lastKeyGroup || forms.isEmpty()) {
          isValid = false;
          return;
        }
        keyGroup++;
        stateId = 0;
        isNewKeyGroup = true;
      }
      entries = forms.get(stateId).open(keyGroup);
    }
    key = entries.key();
    value = entries.value();
    isValid = true;
  }

  @Override
  public int keyGroup() {
    return keyGroup;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public byte[] value() {
    return value;
  }

  @Override
  public int kvStateId() {
    return stateId;
  }

  @Override
  public boolean isNewKeyValueState() {
    return isNewState;
  }

  @Override
  public boolean isNewKeyGroup() {
    return isNewKeyGroup;
  }

  @Override
  public boolean isValid() {
    return isValid;
  }

  @Override
  public void close() {
    entries.close();
  }
}
