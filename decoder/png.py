"""Count the chunks of a PNG, and write a copy without metadata (PNG, third edition)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from decoder.containers import Container, estimate_memory
from decoder.limits import (
    MAX_METADATA_BYTES,
    MAX_PROFILE_BYTES,
    check_size,
    make_damage,
    make_excess,
)

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHECKSUM_BYTES = 4
MAX_CHUNKS = 50_000  # 20 MB in chunks of 400 bytes
PIXELS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT")
# Pillow reads the orientation from these texts if there is no EXIF.
ORIENTED_TEXTS = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0", b"Raw profile type APP1\0")
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # for each pixel, by the type of colour
# Each pass of an interlaced picture: its first column and row, and the steps between them.
PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk; `is_whole` means that its checksum is right and nothing of it is missing."""

    kind: bytes
    content: memoryview
    is_whole: bool


def read_png(data: bytes) -> Container:
    """Count the chunks of a PNG; raises `DecodingRefused`.

    The copy has the pixels, and of the metadata the orientation and a colour profile of a usual
    size. An animation becomes its still picture. Damaged metadata is dropped; damaged pixels refuse
    the photo. The end chunk may be missing, and the last checksum, if no pixel is.
    """
    kept: list[Chunk] = []
    is_animated, kinds = False, set()
    for chunk in _chunks(data):
        is_animated = is_animated or chunk.kind == b"acTL"
        if chunk.kind in PIXELS or (chunk.kind not in kinds and _is_useful(chunk)):
            kept.append(chunk)
        kinds.add(chunk.kind)
    if not kept or kept[0].kind != b"IHDR" or b"IDAT" not in kinds:
        raise make_damage()
    width, height = _read_header(kept)
    pixels = [chunk for chunk in kept if chunk.kind == b"IDAT"]
    if not all(chunk.is_whole for chunk in kept[:-1] if chunk.kind in PIXELS):
        raise make_damage()
    copy = _write(kept)
    memory = estimate_memory(copy, pixels=width * height, bytes_per_pixel=_bytes_per_pixel(kept))
    lacks_end = not pixels[-1].is_whole or b"IEND" not in kinds
    return Container("PNG", width, height, copy, memory, is_animated, lacks_end)


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks up to the end chunk or the first that is not one."""
    view, at = memoryview(data), len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        head = data[at : at + 8]
        if len(head) < 8 or not head[4:].isalpha():
            return
        length, kind = struct.unpack(">I4s", head)
        content = view[at + 8 : at + 8 + length]
        end = at + 8 + length
        is_whole = data[end : end + 4] == struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))
        yield Chunk(kind, content, is_whole)
        if kind == b"IEND":
            return
        at = end + 4
    raise make_excess("chunks")


def _is_useful(chunk: Chunk) -> bool:
    """Return whether a chunk of metadata is whole, of a usual size, and changes the picture."""
    if not chunk.is_whole:
        return False
    if chunk.kind == b"eXIf":
        return len(chunk.content) <= MAX_METADATA_BYTES
    if chunk.kind == b"iCCP":
        packed = bytes(chunk.content).partition(b"\0")[2][1:]
        return _is_small(packed, MAX_PROFILE_BYTES)
    if chunk.kind not in (b"tEXt", b"zTXt", b"iTXt") or len(chunk.content) > MAX_METADATA_BYTES:
        return False
    text = bytes(chunk.content)
    if not text.startswith(ORIENTED_TEXTS):
        return False
    value = text.partition(b"\0")[2]
    if chunk.kind == b"iTXt":
        return value[:1] == b"\0"  # not packed
    return chunk.kind == b"tEXt" or _is_small(value[1:], MAX_METADATA_BYTES)


def _is_small(packed: bytes, limit: int) -> bool:
    """Return whether packed bytes unpack to at most `limit` bytes; unpacks no more than these."""
    unpack = zlib.decompressobj()
    try:
        return len(unpack.decompress(packed, limit + 1)) <= limit and unpack.eof
    except zlib.error:
        return False


def _read_header(kept: list[Chunk]) -> tuple[int, int]:
    header = bytes(kept[0].content)
    if len(header) != 13 or not kept[0].is_whole or sum(c.kind == b"IHDR" for c in kept) > 1:
        raise make_damage()
    width, height, depth, colour, *_, interlace = struct.unpack(">IIBBBBB", header)
    if colour not in SAMPLES or depth not in (1, 2, 4, 8, 16) or interlace > 1:
        raise make_damage()
    check_size(width, height)
    return width, height


def _write(kept: list[Chunk]) -> bytes:
    parts: list[bytes | memoryview] = [SIGNATURE]
    for chunk in kept:
        checksum = zlib.crc32(chunk.content, zlib.crc32(chunk.kind))
        parts += [struct.pack(">I", len(chunk.content)), chunk.kind, chunk.content]
        parts.append(struct.pack(">I", checksum))
    return b"".join([*parts, b"\0\0\0\0IEND\xaeB`\x82"])


def _bytes_per_pixel(kept: list[Chunk]) -> float:
    """Return the decoder's memory; transparency by colour is converted in strips."""
    colour = kept[0].content[9]
    return 5.0 if colour in (0, 3) else 7.5


def has_all_rows(copy: bytes) -> bool:
    """Return whether the packed pixels of a copy unpack to all rows of the picture."""
    chunks = list(_chunks(copy))
    missing = _count_bytes(bytes(chunks[0].content))
    # Without the header of two bytes, the checksum after the pixels is not compared.
    unpack = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = b"".join(chunk.content for chunk in chunks if chunk.kind == b"IDAT")[2:]
    try:
        while rest and missing > 0:
            missing -= len(unpack.decompress(rest, min(missing, MAX_METADATA_BYTES)))
            rest = unpack.unconsumed_tail
    except zlib.error as error:
        raise make_damage() from error
    return missing <= 0


def drop_checksum(copy: bytes) -> bytes:
    """Return a copy without the checksum that the packer wrote after the pixels."""
    chunks = list(_chunks(copy))
    last = max(place for place, chunk in enumerate(chunks) if chunk.kind == b"IDAT")
    kept = [chunk for chunk in chunks if chunk.kind != b"IEND"]
    kept[last] = Chunk(b"IDAT", chunks[last].content[:-CHECKSUM_BYTES], True)
    return _write(kept)


def _count_bytes(header: bytes) -> int:
    """Return how many bytes the rows have, with the filter's byte of each."""
    width, height, depth, colour, *_, interlace = struct.unpack(">IIBBBBB", header)
    bits, total = depth * SAMPLES[colour], 0
    for left, top, step, leap in PASSES if interlace else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // step), -(-(height - top) // leap)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total
