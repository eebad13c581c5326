# SPDX-License-Identifier: Apache-2.0
"""Rows of a checkpoint, and their one text, as docs/format/json-v1.md has them."""

from .bytesource import Input
from .checkpoint import KEYED, MAPS, PAGED
from .errors import DamagedError, IncompatibleError
from .values import Number, reader


def rows(checkpoint):
    """Yields the rows of a checkpoint, each a dict in the order of its members."""
    for operator in checkpoint.operators:
        for subtask in sorted(operator.subtasks, key=lambda s: s.index):
            snapshot = checkpoint.snapshot(operator, subtask)
            if subtask.native_format and any(s.kind in KEYED for s in snapshot.states):
                raise IncompatibleError(
                    f"keyed state of operator '{operator.id}' is in the engine's own format "
                    f"'{subtask.native_format}', which only that engine reads; convert the "
                    "checkpoint into a portable one first: statebackend convert"
                )
            yield from snapshot_rows(snapshot)


def snapshot_rows(snapshot):
    """Yields the rows of one snapshot."""
    readers = {}
    for section in snapshot.sections:
        state = snapshot.states[section[0]]
        if section[0] not in readers:
            readers[section[0]] = (
                reader(snapshot.key.schema),
                reader(state.namespace.schema),
                reader(state.user_key.schema),
                reader(state.value_schema),
            )
        try:
            yield from _section_rows(snapshot, section, state, readers[section[0]])
        except DamagedError as e:
            raise DamagedError(
                f"state '{state.name}' of operator '{snapshot.operator_id}' cannot be read: {e},"
                f" file={snapshot.name}"
            ) from None


def _whole(read, data):
    value = read(data)
    data.require_end()
    return value


def _section_rows(snapshot, section, state, readers):
    read_key, read_namespace, read_user_key, read_value = readers
    keyed = state.kind in KEYED
    before = None
    index = 0
    for key, namespace, content in snapshot.entries(section):
        head = {"operator": snapshot.operator_id, "state": state.name, "subtask": snapshot.subtask}
        place = key.data[key.at : key.end], namespace.data[namespace.at : namespace.end]
        if keyed:
            head["keyGroup"] = section[1]
            head["key"] = _whole(read_key, key)
        if state.namespace.schema.word != "void":
            head["namespace"] = _whole(read_namespace, namespace)
        if state.kind not in PAGED:
            yield _with_value(head, state, read_value, content)
            continue
        if place != before:
            index = 0
            before = place
        while content.remaining():
            row = dict(head)
            if state.kind in MAPS:
                row["userKey"] = _whole(read_user_key, content.field(state.user_key.length))
            else:
                row["index"] = index
            index += 1
            yield _with_value(row, state, read_value, content.field(state.value.length))


def _with_value(row, state, read_value, content):
    used = content.number(8, True) if state.is_timed else None
    row["timestamp" if state.kind == "TIMERS" else "value"] = _whole(read_value, content)
    if used is not None:
        row["usedMillis"] = used
    return row


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
for _code in list(range(0x20)) + list(range(0x7F, 0xA0)):
    _ESCAPES.setdefault(chr(_code), f"\\u{_code:04x}")


def _quote(text):
    out = ['"']
    for c in text:
        if c in _ESCAPES:
            out.append(_ESCAPES[c])
        elif "\ud800" <= c <= "\udfff":
            out.append(f"\\u{ord(c):04x}")
        else:
            out.append(c)
    out.append('"')
    return "".join(out)


def json_text(tree):
    """Returns the one text of a tree."""
    if tree is None:
        return "null"
    if tree is True:
        return "true"
    if tree is False:
        return "false"
    if isinstance(tree, Number):
        return str(tree)
    if isinstance(tree, int):
        return str(tree)
    if isinstance(tree, str):
        return _quote(tree)
    if isinstance(tree, dict):
        return "{" + ",".join(f"{_quote(k)}:{json_text(v)}" for k, v in tree.items()) + "}"
    return "[" + ",".join(map(json_text, tree)) + "]"
