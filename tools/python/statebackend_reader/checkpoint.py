# SPDX-License-Identifier: Apache-2.0
"""Files of checkpoints: metadata and portable snapshots (docs/format)."""

import os

from .bytesource import Input, crc32c, envelope, lz4_block
from .errors import DamagedError, IncompatibleError
from .schema import Schema, parse

METADATA_MAGIC = 0x5342434D
SNAPSHOT_MAGIC = 0x5342534E
BLOCK_MAGIC = 0x5342424B
FOOTER_MAGIC = 0xACBDACB1
METADATA_LENGTH_MAX = 64 << 20
OPERATOR_STATE = -1
KINDS = {
    1: "VALUE",
    2: "LIST",
    3: "MAP",
    4: "REDUCING",
    5: "AGGREGATING",
    6: "SPLIT_LIST",
    7: "UNION_LIST",
    8: "BROADCAST_MAP",
    9: "TIMERS",
}
KEYED = frozenset(("VALUE", "LIST", "MAP", "REDUCING", "AGGREGATING", "TIMERS"))
PAGED = frozenset(("LIST", "MAP", "SPLIT_LIST", "UNION_LIST", "BROADCAST_MAP"))
MAPS = frozenset(("MAP", "BROADCAST_MAP"))


def _properties(data):
    properties = {}
    for _ in range(data.varint()):
        name = data.string()
        if name in properties:
            raise DamagedError(f"property twice: {name}")
        properties[name] = data.window(data.length())
    return properties


class Type:
    """The form of a key, namespace or value: schema and length."""

    __slots__ = ("text", "schema", "length")

    def __init__(self, data):
        self.text = data.string()
        self.schema = parse(self.text)
        self.length = data.number(4, signed=True)
        if self.length < -1:
            raise DamagedError(f"not a fixed length: {self.length}")


class State:
    """What a snapshot tells about a state."""

    def __init__(self, data):
        kind = data.number(1)
        if kind not in KINDS:
            raise DamagedError(f"unknown kind of state: {kind}")
        self.kind = KINDS[kind]
        self.name = data.string()
        self.namespace = Type(data)
        self.user_key = Type(data)
        self.value = Type(data)
        self.ttl_millis = data.number(8)
        properties = _properties(data)
        if self.ttl_millis:
            for name in ("ttl.time", "ttl.refresh"):
                known = properties.get(name)
                if known is None or known.remaining() != 1 or known.number(1) > 1:
                    raise IncompatibleError(f"unknown kind of time to live: state={self.name}")
        self.is_timed = self.value.schema.word == "timed" and len(self.value.schema.members) == 1
        self.value_schema = (
            self.value.schema.members[0][1] if self.is_timed else self.value.schema
        )


class Snapshot:
    """A portable snapshot: what one subtask wrote. All of it is checked before any is given."""

    def __init__(self, data, name):
        self.name = name
        self._data = data
        body, end = envelope(data, name, SNAPSHOT_MAGIC, "a snapshot")
        try:
            self._read_header(body)
        except DamagedError as e:
            raise DamagedError(f"header of a snapshot is damaged: {e}, file={name}") from None
        self.sections = self._read_index(end)

    def _read_header(self, body):
        if body.number(1) != 0:
            raise IncompatibleError(f"encrypted snapshots are not read here: file={self.name}")
        if any(body.bytes(15)):
            raise IncompatibleError(f"reserved bytes are in use: file={self.name}")
        if body.number(1) > 1:
            raise IncompatibleError(f"unknown compression: file={self.name}")
        self.checkpoint_id = body.number(8, signed=True)
        self.operator_id = body.string()
        self.subtask = body.number(4, signed=True)
        self.parallelism = body.number(4, signed=True)
        self.max_parallelism = body.number(4, signed=True)
        self.first_key_group = body.number(4, signed=True)
        self.last_key_group = body.number(4, signed=True)
        if not (
            0 <= self.subtask < self.parallelism <= self.max_parallelism <= 32768
            and 0 <= self.first_key_group <= self.last_key_group < self.max_parallelism
        ):
            raise DamagedError("subtask and key groups do not fit")
        self.key = Type(body)
        self.states = [State(body) for _ in range(body.length())]
        if len({state.name for state in self.states}) != len(self.states):
            raise DamagedError("two states have one name")
        _properties(body)
        body.require_end()

    def _read_index(self, header_end):
        data = self._data
        if len(data) < header_end + 44 or data[-4:] != FOOTER_MAGIC.to_bytes(4, "big"):
            raise DamagedError(f"snapshot is cut short: file={self.name}, length={len(data)}")
        footer = Input(data, len(data) - 44)
        crc = int.from_bytes(data[-8:-4], "big")
        if crc32c(data[-44:-8]) != crc:
            raise DamagedError(f"checksum of the footer is wrong: file={self.name}")
        index_offset, index_length, entries, length = (footer.number(8) for _ in range(4))
        if (
            length != len(data)
            or index_offset < header_end
            or index_offset + index_length + 44 != len(data)
            or index_length % 36
        ):
            raise DamagedError(f"index is not where it can be: file={self.name}")
        raw = data[index_offset : index_offset + index_length]
        if crc32c(raw) != footer.number(4):
            raise DamagedError(f"checksum of the index is wrong: file={self.name}")
        index = Input(raw)
        sections = []
        at = header_end
        before = None
        while index.remaining():
            state, group = index.number(4, True), index.number(4, True)
            offset, blocks = index.number(8), index.number(4)
            count, stored = index.number(8), index.number(8)
            if not (
                0 <= state < len(self.states)
                and self._has_group(self.states[state], group)
                and offset == at
                and 0 < blocks <= count
                and blocks * 36 <= stored <= index_offset - at
                and (before is None or before < (group, state))
            ):
                raise DamagedError(f"index is wrong: file={self.name}, section at {at}")
            sections.append((state, group, offset, blocks, count, stored))
            before = (group, state)
            at += stored
        if at != index_offset or entries != sum(section[4] for section in sections):
            raise DamagedError(f"sections do not add up: file={self.name}")
        return sections

    def _has_group(self, state, group):
        if state.kind in KEYED:
            return self.first_key_group <= group <= self.last_key_group
        return group == OPERATOR_STATE

    def entries(self, section):
        """Yields key, namespace and content of each entry of a section, each as an Input."""
        index, group, at, blocks, count, stored = section
        end = at + stored
        state = self.states[index]
        keyed = state.kind in KEYED
        lengths = (
            self.key.length if keyed else 0,
            state.namespace.length,
            -1 if state.kind in PAGED else state.value.length,
        )
        for _ in range(blocks):
            payload, entry_count, at = self._block(at, end, index, group)
            if entry_count > count:
                raise DamagedError(f"more entries than the index tells: file={self.name}")
            count -= entry_count
            for _ in range(entry_count):
                yield tuple(payload.field(length) for length in lengths)
            payload.require_end()
        if count or at != end:
            raise DamagedError(f"blocks do not add up: file={self.name}, offset={at}")

    def _block(self, at, end, state, group):
        data = self._data
        where = f"file={self.name}, offset={at}"
        if end - at < 36:
            raise DamagedError(f"no room for a block: {where}")
        header = Input(data, at, at + 36)
        if header.number(4) != BLOCK_MAGIC:
            raise DamagedError(f"no block begins here: {where}")
        found = header.number(4, True), header.number(4, True)
        count, raw_length, stored_length = (header.number(4) for _ in range(3))
        codec, payload_crc = header.number(4), header.number(4)
        if header.number(4) != crc32c(data[at : at + 32]):
            raise DamagedError(f"checksum of a block header is wrong: {where}")
        if codec not in (0, 1 << 24):
            raise IncompatibleError(f"unknown codec {codec:08x}: {where}")
        at += 36
        if found != (state, group) or count < 1 or stored_length > end - at:
            raise DamagedError(f"block does not belong here: {where}")
        stored = data[at : at + stored_length]
        if crc32c(stored) != payload_crc:
            raise DamagedError(f"checksum of a block is wrong: {where}")
        if codec == 0:
            if raw_length != stored_length:
                raise DamagedError(f"not a possible block: {where}")
            return Input(stored), count, at + stored_length
        if not stored_length < raw_length <= stored_length * 255:
            raise DamagedError(f"not a possible block: {where}")
        return Input(lz4_block(stored, raw_length)), count, at + stored_length


class FileRef:
    def __init__(self, data):
        self.path = data.string()
        self.length = data.number(8)
        self.crc32c = data.number(4)
        name = self.path[10:] if self.path.startswith("../shared/") else self.path
        if name in ("", ".", "..") or not all(
            c.isascii() and (c.isalnum() or c in "-_.") for c in name
        ):
            raise DamagedError(f"not a path of a checkpoint's file: {self.path!r}")


class Subtask:
    def __init__(self, data):
        self.index = data.number(4, True)
        self.first_key_group = data.number(4, True)
        self.last_key_group = data.number(4, True)
        self.snapshot = FileRef(data)
        self.native_format = None
        self.native_files = []
        if data.flag():
            self.native_format = data.string()
            data.bytes(data.length())
            self.native_files = [FileRef(data) for _ in range(data.length())]


class Operator:
    def __init__(self, data):
        self.id = data.string()
        self.parallelism = data.number(4, True)
        self.max_parallelism = data.number(4, True)
        self.subtasks = [Subtask(data) for _ in range(data.length())]
        indexes = [subtask.index for subtask in self.subtasks]
        if len(set(indexes)) != len(indexes) or any(
            not 0 <= i < self.parallelism for i in indexes
        ):
            raise DamagedError(f"subtasks do not fit: operator={self.id}")


class Checkpoint:
    """A checkpoint or savepoint in a directory. Every file is checked when it is read."""

    def __init__(self, directory):
        self.directory = directory
        name = os.path.join(directory, "_metadata")
        data = self._read(name)
        if len(data) > METADATA_LENGTH_MAX:
            raise DamagedError(f"metadata is too long: length={len(data)}, file={name}")
        body, end = envelope(data, name, METADATA_MAGIC, "checkpoint metadata")
        if end != len(data):
            raise DamagedError(f"bytes left over: file={name}, offset={end}")
        try:
            self.id = body.number(8, True)
            self.timestamp_millis = body.number(8, True)
            self.savepoint = body.string() if body.flag() else None
            self.operators = [Operator(body) for _ in range(body.length())]
            _properties(body)
            body.require_end()
        except DamagedError as e:
            raise DamagedError(f"checkpoint metadata is damaged: {e}, file={name}") from None
        if len({operator.id for operator in self.operators}) != len(self.operators):
            raise DamagedError(f"two operators have one id: file={name}")

    @staticmethod
    def _read(name):
        try:
            with open(name, "rb") as file:
                return file.read()
        except FileNotFoundError:
            raise DamagedError(f"file of a checkpoint is missing: file={name}") from None

    def snapshot(self, operator, subtask):
        """Reads the portable snapshot of a subtask."""
        name = os.path.join(self.directory, subtask.snapshot.path)
        data = self._read(name)
        if len(data) != subtask.snapshot.length or crc32c(data) != subtask.snapshot.crc32c:
            raise DamagedError(
                f"file has another length or checksum than the metadata tells: file={name}"
            )
        snapshot = Snapshot(data, name)
        if (
            snapshot.checkpoint_id != self.id
            or snapshot.operator_id != operator.id
            or snapshot.subtask != subtask.index
            or snapshot.first_key_group != subtask.first_key_group
            or snapshot.last_key_group != subtask.last_key_group
        ):
            raise DamagedError(f"snapshot belongs elsewhere: file={name}")
        return snapshot
