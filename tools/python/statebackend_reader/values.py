# SPDX-License-Identifier: Apache-2.0
"""Values by their schemas (docs/format/serialized-types-v1.md), as trees of JSON (json-v1.md).

A reader is a function of an Input. Trees are dict, list, str, int, bool and None; numbers with a
point are texts of their own kind, as only one text of them is right.
"""

import struct
from decimal import Decimal

from .errors import DamagedError, IncompatibleError

NANOS = 1_000_000_000
NESTED_MAX = 256


class Number(str):
    """A number with a point, as it is written."""


def reader(schema):
    """Returns what reads values of a type; an unknown word, wherever it stands, is an error."""
    return _Readers(schema).of(schema, ())


class _Readers:
    def __init__(self, whole):
        self.told = {}
        self.made = {}
        self._tell(whole)

    def _tell(self, schema):
        if schema.name is not None and schema.word not in ("told", "enclosing"):
            self.told.setdefault(schema.name, []).append(schema)
        for _, part in schema.members:
            if part is not None:
                self._tell(part)

    def of(self, schema, around):
        word = schema.word
        if word in _SIMPLE:
            if schema.members or schema.name is not None:
                raise unknown(schema)
            return _SIMPLE[word]
        make = getattr(self, "_" + word, None) if word in _WHOLE else None
        if make is None:
            raise unknown(schema)
        return make(schema, around)

    def _parts(self, schema, count, around):
        if len(schema.members) != count or any(name is not None for name, _ in schema.members):
            raise unknown(schema)
        return [self.of(part, around) for _, part in schema.members]

    def _list(self, schema, around):
        (element,) = self._parts(schema, 1, around)

        def read(data):
            count = data.varint()
            if count > data.remaining():
                raise DamagedError(f"count passes the end: {count}")
            return [element(data) for _ in range(count)]

        return read

    _array = _list
    _set = _list

    def _map(self, schema, around):
        key, value = self._parts(schema, 2, around)
        is_text = schema.members[0][1].word == "string" or self._is_enum(schema.members[0][1])

        def read(data):
            count = data.varint()
            if count > data.remaining():
                raise DamagedError(f"count passes the end: {count}")
            pairs = []
            for _ in range(count):
                k = key(data)
                pairs.append([k, value(data)])
            return dict(map(tuple, pairs)) if is_text or not pairs else pairs

        return read

    def _is_enum(self, schema):
        return schema.word == "enum" or (
            schema.word == "told" and self._find_told(schema).word == "enum"
        )

    def _optional(self, schema, around):
        (value,) = self._parts(schema, 1, around)
        return lambda data: value(data) if data.flag() else None

    def _enum(self, schema, around):
        names = [name for name, _ in schema.members]

        def read(data):
            index = data.varint()
            if index >= len(names):
                raise DamagedError(f"no constant of enum {schema.name}: index={index}")
            return names[index]

        return read

    def _named(self, schema, around, make):
        """Makes the reader of a record or union, which may lie in itself."""
        known = self.made.get(id(schema))
        if known is not None:
            return known
        late = []
        depth = [0]

        def read(data):
            depth[0] += 1
            if depth[0] > NESTED_MAX:
                raise DamagedError(f"values lie in each other deeper than {NESTED_MAX} levels")
            try:
                return late[0](data)
            finally:
                depth[0] -= 1

        self.made[id(schema)] = read
        late.append(make(((schema, read),) + around))
        return read

    def _record(self, schema, around):
        def make(inside):
            fields = []
            nullable = 0
            for name, part in schema.members:
                if name is None or part is None:
                    raise unknown(schema)
                bit = None
                if part.word == "nullable":
                    if len(part.members) != 1:
                        raise unknown(part)
                    bit = nullable
                    nullable += 1
                    part = part.members[0][1]
                fields.append((name, self.of(part, inside), bit))
            null_bytes = (nullable + 7) // 8

            def read(data):
                nulls = int.from_bytes(data.bytes(null_bytes), "little")
                return {
                    name: None if bit is not None and nulls >> bit & 1 else field(data)
                    for name, field, bit in fields
                }

            return read

        return self._named(schema, around, make)

    def _union(self, schema, around):
        def make(inside):
            cases = []
            for name, part in schema.members:
                if name is None or part is None:
                    raise unknown(schema)
                cases.append((name, self.of(part, inside)))

            def read(data):
                index = data.varint()
                if index >= len(cases):
                    raise DamagedError(f"no case of union {schema.name}: index={index}")
                name, case = cases[index]
                return {name: case(data)}

            return read

        return self._named(schema, around, make)

    def _kryo(self, schema, around):
        return lambda data: {"kryo": schema.name, "bytes": data.bytes(data.length()).hex()}

    def _enclosing(self, schema, around):
        for outer, read in around:
            if outer.name == schema.name:
                return read
        raise unknown(schema)

    def _told(self, schema, around):
        return self.of(self._find_told(schema), around)

    def _find_told(self, schema):
        number = 1
        if schema.members:
            text = schema.members[0][0]
            if text is None or not text.isdigit():
                raise unknown(schema)
            number = int(text)
        types = self.told.get(schema.name, [])
        if not 1 <= number <= len(types):
            raise unknown(schema)
        return types[number - 1]


def unknown(schema):
    name = "" if schema.name is None else f' "{schema.name}"'
    return IncompatibleError(f"a type that is not known here: {schema.word}{name}")


def _int(length):
    return lambda data: data.number(length, signed=True)


def _char(data):
    return bytes(data.bytes(2)).decode("utf-16-be", "surrogatepass")


def _float32(data):
    raw = bytes(data.bytes(4))
    value = struct.unpack(">f", raw)[0]
    same = lambda text: _pack_float(float(text)) == raw
    return decimal_number(value, same, (6, 7, 8, 9))


def _pack_float(value):
    try:
        return struct.pack(">f", value)
    except OverflowError:
        return b""


def _float64(data):
    value = struct.unpack(">d", data.bytes(8))[0]
    return decimal_number(value, lambda text: float(text) == value, (15, 16, 17))


def decimal_number(value, is_same, digit_counts):
    """Returns the one text of a number with a point."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return Number("-0.0" if str(value).startswith("-") else "0.0")
    text = ""
    for count in digit_counts:
        text = f"{value:.{count - 1}e}"
        if is_same(text):
            break
    mantissa, exponent = text.split("e")
    sign = "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0")
    point = int(exponent)
    if not -4 <= point <= 15:
        rest = "." + digits[1:] if len(digits) > 1 else ""
        return Number(f"{sign}{digits[0]}{rest}e{'-' if point < 0 else '+'}{abs(point):02d}")
    if point < 0:
        return Number(sign + "0." + "0" * (-point - 1) + digits)
    if len(digits) <= point + 1:
        return Number(sign + digits + "0" * (point + 1 - len(digits)) + ".0")
    return Number(sign + digits[: point + 1] + "." + digits[point + 1 :])


def _uuid(data):
    text = data.bytes(16).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _bigint(data):
    length = data.length()
    if length == 0:
        raise DamagedError("a bigint has one byte or more")
    return data.number(length, signed=True)


def _decimal(data):
    scale = data.number(4, signed=True)
    unscaled = _bigint(data)
    digits = tuple(map(int, str(abs(unscaled))))
    return str(Decimal((int(unscaled < 0), digits, -scale)))


def date_text(day):
    """Returns the date of a number of days since 1970 (Howard Hinnant's algorithm)."""
    day += 719468
    era, day = divmod(day, 146097)
    year = (day - day // 1460 + day // 36524 - day // 146096) // 365
    day -= 365 * year + year // 4 - year // 100
    shifted = (5 * day + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    day = day - (153 * shifted + 2) // 5 + 1
    return f"{year_text(year + era * 400 + (month <= 2))}-{month:02d}-{day:02d}"


def year_text(year):
    sign = "-" if year < 0 else "+" if year > 9999 else ""
    return f"{sign}{abs(year):04d}"


def time_text(nanos):
    second, nanos = divmod(nanos, NANOS)
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}{fraction(nanos)}"


def fraction(nanos):
    if nanos == 0:
        return ""
    length = 3 if nanos % 1_000_000 == 0 else 6 if nanos % 1000 == 0 else 9
    return "." + f"{nanos:09d}"[:length]


def _nanos(data):
    nanos = data.number(4, signed=True)
    if not 0 <= nanos < NANOS:
        raise DamagedError(f"not nanoseconds of a second: {nanos}")
    return nanos


def _instant(data):
    day, second = divmod(data.number(8, signed=True), 86400)
    return f"{date_text(day)}T{time_text(second * NANOS + _nanos(data))}Z"


def _duration(data):
    nanos = data.number(8, signed=True) * NANOS + _nanos(data)
    second, rest = divmod(abs(nanos), NANOS)
    return f"PT{'-' if nanos < 0 else ''}{second}{fraction(rest)}S"


def _period(data):
    parts = [data.number(4, signed=True) for _ in "YMD"]
    text = "".join(f"{part}{unit}" for part, unit in zip(parts, "YMD") if part)
    return "P" + (text or "0D")


def _local_date(data):
    return date_text(data.number(8, signed=True))


def _local_time(data):
    nanos = data.number(8, signed=True)
    if not 0 <= nanos < 86400 * NANOS:
        raise DamagedError(f"not a time of day: {nanos}")
    return time_text(nanos)


def _local_date_time(data):
    date = _local_date(data)
    return f"{date}T{_local_time(data)}"


def _zone_offset(data):
    offset = data.number(4, signed=True)
    if not -64800 <= offset <= 64800:
        raise DamagedError(f"not an offset from UTC: {offset}")
    if offset == 0:
        return "Z"
    minutes, second = divmod(abs(offset), 60)
    seconds = f":{second:02d}" if second else ""
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}{seconds}"


def _offset_date_time(data):
    time = _local_date_time(data)
    return time + _zone_offset(data)


def _zoned_date_time(data):
    time = _offset_date_time(data)
    return f"{time}[{data.string()}]"


def _year_month(data):
    year = data.number(4, signed=True)
    month = data.number(1, signed=True)
    if not 1 <= month <= 12:
        raise DamagedError(f"not a month: {month}")
    return f"{year_text(year)}-{month:02d}"


def _locale(data):
    tree = {name: data.string() for name in ("language", "script", "country", "variant")}
    tree["extensions"] = {_char(data): data.string() for _ in range(data.varint())}
    return tree


def _bit_set(data):
    raw = data.bytes(data.length())
    if raw and raw[-1] == 0:
        raise DamagedError("the last byte of a bit set is 0")
    return [at * 8 + bit for at, byte in enumerate(raw) for bit in range(8) if byte >> bit & 1]


_SIMPLE = {
    "bool": lambda data: data.flag(),
    "int8": _int(1),
    "int16": _int(2),
    "int32": _int(4),
    "int64": _int(8),
    "char16": _char,
    "float32": _float32,
    "float64": _float64,
    "string": lambda data: data.string(),
    "bytes": lambda data: data.bytes(data.length()).hex(),
    "uuid": _uuid,
    "bigint": _bigint,
    "decimal": _decimal,
    "instant": _instant,
    "duration": _duration,
    "period": _period,
    "local-date": _local_date,
    "local-time": _local_time,
    "local-date-time": _local_date_time,
    "offset-date-time": _offset_date_time,
    "zoned-date-time": _zoned_date_time,
    "year-month": _year_month,
    "zone-offset": _zone_offset,
    "zone-id": lambda data: data.string(),
    "currency": lambda data: data.string(),
    "locale": _locale,
    "uri": lambda data: data.string(),
    "bit-set": _bit_set,
    "void": lambda data: None,
}

_WHOLE = frozenset(
    (
        "list",
        "array",
        "set",
        "map",
        "optional",
        "enum",
        "record",
        "union",
        "kryo",
        "enclosing",
        "told",
    )
)
