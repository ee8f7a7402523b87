"""CBOR (RFC 8949) as Smithy's rpc-v2-cbor uses it: enough to write requests by hand and to read answers strictly."""

import dataclasses
import datetime
import struct

BREAK = object()


@dataclasses.dataclass(frozen=True)
class Indefinite:
    """A map or list that is sent without its length."""

    value: object


@dataclasses.dataclass(frozen=True)
class Float:
    """A number sent in 16, 32 or 64 bits."""

    value: float
    bits: int


@dataclasses.dataclass(frozen=True)
class Epoch:
    """A timestamp: tag 1 around an integer or a double."""

    value: object


def encode(value):
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case float():
            return struct.pack(">Bd", 0xFB, value)
        case Float():
            lead, form = {16: (0xF9, "e"), 32: (0xFA, "f"), 64: (0xFB, "d")}[value.bits]
            return struct.pack(f">B{form}", lead, value.value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode()
            return _head(3, len(text)) + text
        case list():
            return _head(4, len(value)) + b"".join(map(encode, value))
        case dict():
            return _head(5, len(value)) + b"".join(encode(key) + encode(item) for key, item in value.items())
        case Epoch():
            return b"\xc1" + encode(value.value)
        case datetime.datetime():
            return b"\xc1" + encode(value.timestamp())
        case Indefinite(value=dict() as items):
            return b"\xbf" + b"".join(encode(key) + encode(item) for key, item in items.items()) + b"\xff"
        case Indefinite(value=list() as items):
            return b"\x9f" + b"".join(map(encode, items)) + b"\xff"
    raise TypeError(f"no CBOR for {value!r}")


def _head(major, count):
    for lead, form, end in ((24, "B", 1 << 8), (25, "H", 1 << 16), (26, "I", 1 << 32), (27, "Q", 1 << 64)):
        if count < 24:
            return bytes([major << 5 | count])
        if count < end:
            return struct.pack(f">B{form}", major << 5 | lead, count)
    raise ValueError(count)


def decode(data):
    """The one value in `data`. Timestamps become aware datetimes; bytes left over are an error."""
    value, end = _item(data, 0)
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes after the value")
    return value


def _item(data, at):
    major, low = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return _simple(data, low, at)
    count = low
    if 24 <= low <= 27:
        size = 1 << (low - 24)
        count, at = int.from_bytes(_take(data, at, size), "big"), at + size
    elif 28 <= low <= 30:
        raise ValueError(f"reserved length {low}")
    endless = low == 31
    match major:
        case 0:
            return count, at
        case 1:
            return -1 - count, at
        case 2 | 3:
            if endless:
                chunks, at = _until_break(data, at)
                return (b"" if major == 2 else "").join(chunks), at
            raw = _take(data, at, count)
            return (raw if major == 2 else raw.decode()), at + count
        case 4 | 5:
            if endless:
                items, at = _until_break(data, at)
            else:
                items = []
                for _ in range(count * (major - 3)):
                    item, at = _item(data, at)
                    items.append(item)
            return (items if major == 4 else dict(zip(items[::2], items[1::2], strict=True))), at
        case 6:
            inner, at = _item(data, at)
            if count == 1:
                return datetime.datetime.fromtimestamp(inner, datetime.UTC), at
            raise ValueError(f"tag {count} is not used by this protocol")


def _simple(data, low, at):
    if low in (20, 21, 22, 23):
        return {20: False, 21: True, 22: None, 23: None}[low], at
    if low in (25, 26, 27):
        form, size = {25: ("e", 2), 26: ("f", 4), 27: ("d", 8)}[low]
        return struct.unpack(f">{form}", _take(data, at, size))[0], at + size
    if low == 31:
        return BREAK, at
    raise ValueError(f"simple value {low}")


def _until_break(data, at):
    items = []
    while True:
        item, at = _item(data, at)
        if item is BREAK:
            return items, at
        items.append(item)


def _take(data, at, size):
    if at + size > len(data):
        raise ValueError("the data end in the middle of a value")
    return data[at:at + size]
