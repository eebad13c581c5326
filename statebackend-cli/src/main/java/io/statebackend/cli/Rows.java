// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.StateKind;
import io.statebackend.core.reader.StateEntry;
import io.statebackend.core.reader.StoredState;
import io.statebackend.core.snapshot.FieldMeta;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries as rows: JSON objects of one level, whose members are the parts of an entry. */
final class Rows {
  /** All members that a row may have, in their order. */
  static final List<String> MEMBERS =
      List.of(
          "operator",
          "state",
          "subtask",
          "keyGroup",
          "key",
          "namespace",
          "index",
          "userKey",
          "value",
          "timestamp",
          "usedMillis");

  private Rows() {}

  /** Returns the row of an entry, as docs/format/json-v1.md has it. */
  static Map<String, @Nullable Object> of(StateEntry entry) {
    StoredState state = entry.state();
    Map<String, @Nullable Object> row = new LinkedHashMap<>();
    row.put("operator", state.operatorId());
    row.put("state", state.name());
    row.put("subtask", entry.subtask());
    if (state.kind().isKeyed()) {
      row.put("keyGroup", entry.keyGroup());
      row.put("key", JsonTree.of(entry.key()));
    }
    if (!state.meta().namespace().equals(FieldMeta.VOID)) {
      row.put("namespace", JsonTree.of(entry.namespace()));
    }
    if (entry.index() != StateEntry.NO_INDEX) {
      row.put("index", entry.index());
    }
    if (state.kind() == StateKind.MAP || state.kind() == StateKind.BROADCAST_MAP) {
      row.put("userKey", JsonTree.of(entry.userKey()));
    }
    row.put(state.kind() == StateKind.TIMERS ? "timestamp" : "value", JsonTree.of(entry.value()));
    if (entry.usedMillis() != null) {
      row.put("usedMillis", entry.usedMillis());
    }
    return row;
  }

  /** Returns what tells a row from all others of its state, whatever subtask has written it. */
  static String identity(Map<String, @Nullable Object> row) {
    Map<String, @Nullable Object> parts = new TreeMap<>();
    boolean isKeyed = row.containsKey("key");
    for (String member : List.of("key", "namespace", "index", "userKey", "timestamp")) {
      if (row.containsKey(member)) {
        parts.put(member, row.get(member));
      }
    }
    if (!isKeyed) {
      parts.put("subtask", row.get("subtask"));
    }
    return Json.text(parts);
  }

  /** Returns a row as a line of CSV, with the members that the header has. */
  static String csv(Map<String, @Nullable Object> row, List<String> members) {
    StringBuilder line = new StringBuilder();
    for (String member : members) {
      line.append(line.isEmpty() ? "" : ",");
      Object value = row.get(member);
      line.append(value == null ? "" : field(value instanceof String s ? s : Json.text(value)));
    }
    return line.toString();
  }

  private static String field(String text) {
    boolean isPlain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
    return isPlain && !text.isEmpty() ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
