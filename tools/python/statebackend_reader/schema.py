# SPDX-License-Identifier: Apache-2.0
"""The text that describes a type, as docs/format/type-schema-v1.md has it."""

from .errors import DamagedError

DEPTH_MAX = 64
LENGTH_MAX = 1 << 20
_WORD = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


class Schema:
    """A type: its word, its name if it has one, and its members as pairs of name and type."""

    __slots__ = ("word", "name", "members")

    def __init__(self, word, name, members):
        self.word = word
        self.name = name
        self.members = members


def parse(text):
    """Reads a schema; what is not of the grammar is damage."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > LENGTH_MAX:
        raise DamagedError(f"schema is too long: {len(text)}")
    parser = _Parser(text)
    schema = parser.schema(1)
    if parser.at != len(text):
        raise parser.unexpected("the end")
    return schema


class _Parser:
    def __init__(self, text):
        self.text = text
        self.at = 0

    def unexpected(self, expected):
        return DamagedError(f"not a schema: expected {expected} at {self.at} of {self.text!r}")

    def accept(self, expected):
        if self.text.startswith(expected, self.at):
            self.at += len(expected)
            return True
        return False

    def schema(self, depth):
        if depth > DEPTH_MAX:
            raise DamagedError(f"schema is nested deeper than {DEPTH_MAX} levels")
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in _WORD:
            self.at += 1
        if self.at == start:
            raise self.unexpected("a type")
        word = self.text[start : self.at]
        name = self.quoted() if self.accept(" ") else None
        members = []
        if self.accept("("):
            while True:
                members.append(self.member(depth))
                if not self.accept(", "):
                    break
            if not self.accept(")"):
                raise self.unexpected("',' or ')'")
        return Schema(word, name, members)

    def member(self, depth):
        if self.text.startswith('"', self.at):
            name = self.quoted()
            return name, self.schema(depth + 1) if self.accept(": ") else None
        return None, self.schema(depth + 1)

    def quoted(self):
        if not self.accept('"'):
            raise self.unexpected("a quoted name")
        value = []
        while True:
            if self.at >= len(self.text):
                raise self.unexpected("the end of a name")
            c = self.text[self.at]
            self.at += 1
            if c == '"':
                return "".join(value)
            if c == "\\":
                c = self.text[self.at : self.at + 1]
                if c not in ('"', "\\"):
                    raise self.unexpected("an escaped quote or backslash")
                self.at += 1
            value.append(c)
