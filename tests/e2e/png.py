"""Lighter PNG files: browsers write theirs fast and with an alpha channel; flat pages pack best without filters."""

import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
"""Bytes a pixel of the two kinds that browsers write: RGB, and RGB with alpha (8 bits each)."""


def lighter(png: bytes) -> bytes:
    """The same opaque picture as RGB without filters, packed as small as zlib can."""
    parts = list(chunks(png))
    width, height, depth, kind = struct.unpack(">IIBB", parts[0][1][:10])
    assert depth == 8, depth
    packed = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
    rows = (opaque(row, CHANNELS[kind]) for row in unfiltered(packed, width * CHANNELS[kind], CHANNELS[kind]))
    flat = b"".join(b"\0" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return SIGNATURE + b"".join((chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(flat, 9)), chunk(b"IEND", b"")))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk."""
    at = len(SIGNATURE)
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def chunk(name: bytes, body: bytes) -> bytes:
    """One chunk with its check sum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def unfiltered(packed: bytes, stride: int, size: int) -> Iterator[bytes]:
    """The rows as they were before filtering (PNG specification, section 9)."""
    above = bytearray(stride)
    for start in range(0, len(packed), stride + 1):
        row = bytearray(packed[start + 1 : start + 1 + stride])
        undo(packed[start], row, above, size)
        yield bytes(row)
        above = row


def undo(kind: int, row: bytearray, above: bytearray, size: int) -> None:
    """Take one filter back, in place."""
    for at in range(len(row)):
        left = row[at - size] if at >= size else 0
        corner = above[at - size] if at >= size else 0
        row[at] = (row[at] + predicted(kind, left, above[at], corner)) & 255


def predicted(kind: int, left: int, up: int, corner: int) -> int:
    """What each of the five filters had subtracted."""
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda each: abs(guess - each))
    return (0, left, up, (left + up) // 2)[kind]


def opaque(row: bytes, size: int) -> bytes:
    """A row without its alpha."""
    edges = range(0, len(row) + 1, size)
    return row if size == 3 else b"".join(row[start : end - 1] for start, end in pairwise(edges))
