# SPDX-License-Identifier: Apache-2.0
"""Bytes and how they are read: integers, lengths, texts, checksums, LZ4."""

import struct

from .errors import DamagedError, IncompatibleError


def _crc_tables():
    tables = [[0] * 256 for _ in range(8)]
    for n in range(256):
        crc = n
        for _ in range(8):
            crc = (crc >> 1) ^ 0x82F63B78 if crc & 1 else crc >> 1
        tables[0][n] = crc
    for n in range(256):
        for k in range(1, 8):
            before = tables[k - 1][n]
            tables[k][n] = (before >> 8) ^ tables[0][before & 0xFF]
    return tables


_T0, _T1, _T2, _T3, _T4, _T5, _T6, _T7 = _crc_tables()
_TWO_WORDS = struct.Struct("<II")

try:  # Several hundred times faster, where it is installed.
    from google_crc32c import value as _fast_crc32c
except ImportError:
    _fast_crc32c = None


def crc32c(data):
    """Returns the CRC32C (Castagnoli) of bytes."""
    if _fast_crc32c is not None:
        return _fast_crc32c(bytes(data))
    crc = 0xFFFFFFFF
    end = len(data) - len(data) % 8
    for low, high in _TWO_WORDS.iter_unpack(memoryview(data)[:end]):
        low ^= crc
        crc = (
            _T7[low & 0xFF]
            ^ _T6[(low >> 8) & 0xFF]
            ^ _T5[(low >> 16) & 0xFF]
            ^ _T4[low >> 24]
            ^ _T3[high & 0xFF]
            ^ _T2[(high >> 8) & 0xFF]
            ^ _T1[(high >> 16) & 0xFF]
            ^ _T0[high >> 24]
        )
    for byte in data[end:]:
        crc = (crc >> 8) ^ _T0[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def lz4_block(stored, raw_length):
    """Decompresses one LZ4 block without frame; its length must be the given one."""
    out = bytearray()
    at = 0
    end = len(stored)
    try:
        while True:
            token = stored[at]
            at += 1
            literals = token >> 4
            if literals == 15:
                more = 255
                while more == 255:
                    more = stored[at]
                    at += 1
                    literals += more
            if literals > end - at or literals > raw_length - len(out):
                raise DamagedError("block cannot be decompressed: literals pass the end")
            out += stored[at : at + literals]
            at += literals
            if at == end:
                break
            distance = stored[at] | stored[at + 1] << 8
            at += 2
            length = token & 15
            if length == 15:
                more = 255
                while more == 255:
                    more = stored[at]
                    at += 1
                    length += more
            length += 4
            start = len(out) - distance
            if distance == 0 or start < 0 or length > raw_length - len(out):
                raise DamagedError("block cannot be decompressed: a match is out of bounds")
            if distance >= length:
                out += out[start : start + length]
            else:
                piece = bytes(out[start:])
                out += (piece * (length // distance + 1))[:length]
    except IndexError:
        raise DamagedError("block cannot be decompressed: it is cut short") from None
    if len(out) != raw_length:
        raise DamagedError(
            f"block has another length: expected={raw_length}, actual={len(out)}"
        )
    return bytes(out)


class Input:
    """A window on bytes, read from its beginning to its end."""

    __slots__ = ("data", "at", "end")

    def __init__(self, data, at=0, end=None):
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def remaining(self):
        return self.end - self.at

    def take(self, length):
        """Moves on; returns where the bytes begin."""
        at = self.at
        if length < 0 or length > self.end - at:
            raise DamagedError(f"cut short: needed={length}, remaining={self.end - at}")
        self.at = at + length
        return at

    def bytes(self, length):
        at = self.take(length)
        return self.data[at : at + length]

    def number(self, length, signed=False):
        at = self.take(length)
        return int.from_bytes(self.data[at : at + length], "big", signed=signed)

    def varint(self):
        """Reads a number of at most 32 bits in one to five bytes."""
        value = 0
        for shift in range(0, 35, 7):
            byte = self.data[self.take(1)]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value > 0xFFFFFFFF:
                    break
                return value
        raise DamagedError("not a varint: more than 32 bits")

    def length(self):
        """Reads a length, of which so many bytes must remain."""
        length = self.varint()
        if length > self.remaining():
            raise DamagedError(f"length passes the end: length={length}, remaining={self.remaining()}")
        return length

    def string(self):
        """Reads a text; unpaired surrogates have three bytes each."""
        raw = self.bytes(self.length())
        try:
            return bytes(raw).decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as e:
            raise DamagedError(f"not UTF-8: {e.reason}") from None

    def flag(self):
        value = self.number(1)
        if value > 1:
            raise DamagedError(f"not a boolean: {value}")
        return value == 1

    def window(self, length):
        """Returns an input of the next bytes."""
        at = self.take(length)
        return Input(self.data, at, at + length)

    def field(self, fixed_length):
        """Returns an input of a field: of a fixed length, or with its length before it."""
        return self.window(fixed_length if fixed_length >= 0 else self.length())

    def require_end(self):
        if self.at != self.end:
            raise DamagedError(f"bytes left over: count={self.remaining()}")


def envelope(data, name, magic, what):
    """Checks the beginning of a file; returns its body and where it ends."""
    if len(data) < 16:
        raise DamagedError(f"{what} is cut short: length={len(data)}", )
    head = Input(data, 0, 16)
    found = head.number(4)
    if found != magic:
        raise DamagedError(f"not {what}: expected magic={magic:08x}, actual={found:08x}, file={name}")
    version = head.number(2)
    flags = head.number(2)
    body_length = head.number(4)
    if head.number(4) != crc32c(data[:12]):
        raise DamagedError(f"checksum of the beginning is wrong: file={name}, offset=0")
    if version != 1:
        raise IncompatibleError(f"{what} of version {version}; this reader knows version 1: file={name}")
    if flags != 0:
        raise IncompatibleError(f"{what} with unknown flags {flags:04x}: file={name}")
    if body_length > len(data) - 20:
        raise DamagedError(f"{what} is cut short: body={body_length}, length={len(data)}, file={name}")
    body = data[16 : 16 + body_length]
    if int.from_bytes(data[16 + body_length : 20 + body_length], "big") != crc32c(body):
        raise DamagedError(f"checksum of the header is wrong: file={name}, offset=16")
    return Input(body), 20 + body_length
