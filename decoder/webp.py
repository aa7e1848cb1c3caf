"""Count the chunks and frames of a WebP, and write a copy with its first frame (RFC 9649)."""

import struct
from collections.abc import Iterator

from decoder.containers import Container, estimate_memory
from decoder.limits import (
    MAX_METADATA_BYTES,
    MAX_PROFILE_BYTES,
    MAX_WEBP_PIXELS,
    check_size,
    make_damage,
    make_excess,
)

MAX_CHUNKS = 5_000  # a frame of an animation is one
BITSTREAMS = (b"VP8 ", b"VP8L")
# The sizes of metadata that is kept: it changes the picture.
METADATA = {b"ICCP": MAX_PROFILE_BYTES, b"EXIF": MAX_METADATA_BYTES, b"XMP ": MAX_METADATA_BYTES}
ANIMATED = 0x02  # the flag in the first byte of VP8X
FLAGS = {b"ICCP": 0x20, b"EXIF": 0x08, b"XMP ": 0x04}
BYTES_PER_PIXEL = 12.1


def read_webp(data: bytes) -> Container:
    """Count the chunks of a WebP; raises `DecodingRefused`.

    The size that the file states for itself is not used: bytes after it and a wrong one do no harm
    if every chunk of the picture is there.
    """
    chunks = list(_chunks(data, 12))
    if not chunks:
        raise make_damage()
    size = _read_size(*chunks[0])
    check_size(*size, max_pixels=MAX_WEBP_PIXELS)
    copy = _write(chunks)
    memory = estimate_memory(copy, pixels=size[0] * size[1], bytes_per_pixel=BYTES_PER_PIXEL)
    is_animated = any(kind == b"ANMF" for kind, _ in chunks)
    return Container("WEBP", *size, copy, memory, is_animated)


def _chunks(data: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the whole chunks; raise `DecodingRefused` if one with pixels is cut off."""
    for _ in range(MAX_CHUNKS):
        head = data[at : at + 8]
        if len(head) < 8:
            return
        kind, length = struct.unpack("<4sI", head)
        content = data[at + 8 : at + 8 + length]
        if len(content) < length:
            if kind in METADATA or kind not in (*BITSTREAMS, b"ALPH", b"ANMF", b"VP8X", b"ANIM"):
                return
            raise make_damage()
        yield kind, content
        at += 8 + length + length % 2
    raise make_excess("chunks")


def _read_size(kind: bytes, content: bytes) -> tuple[int, int]:
    """Return the size of the canvas, which the first chunk states."""
    if kind == b"VP8X" and len(content) >= 10:
        return _three(content, 4) + 1, _three(content, 7) + 1
    if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a" and len(content) >= 10:
        width, height = struct.unpack_from("<HH", content, 6)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and content[:1] == b"\x2f" and len(content) >= 5:
        (bits,) = struct.unpack_from("<I", content, 1)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise make_damage()


def _three(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")


def _write(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return the file with its first picture or frame, and metadata of a usual size."""
    kept: list[tuple[bytes, bytes]] = []
    kinds: set[bytes] = set()
    for kind, content in chunks:
        limit = METADATA.get(kind, len(content))
        if kind in (b"VP8X", b"ANIM", b"ANMF", b"ALPH", *BITSTREAMS, *METADATA):
            if kind not in kinds and len(content) <= limit:
                kept.append((kind, content))
            kinds.add(kind)
    if not kinds & {b"ANMF", *BITSTREAMS}:
        raise make_damage()
    if kept[0][0] == b"VP8X":
        kept[0] = (b"VP8X", _write_flags(kept))
    parts = []
    for kind, content in kept:
        parts += [kind, struct.pack("<I", len(content)), content, b"\0" * (len(content) % 2)]
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _write_flags(kept: list[tuple[bytes, bytes]]) -> bytes:
    """Return the content of VP8X, whose flags name the metadata that is there."""
    content = kept[0][1]
    flags = content[0] & ~sum(FLAGS.values())
    for kind, _ in kept:
        flags |= FLAGS.get(kind, 0)
    return bytes([flags]) + content[1:]
