"""Count the segments and scans of a JPEG (ITU-T T.81, annex B)."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from decoder.containers import Container, estimate_memory
from decoder.limits import RENDITION_SIDE, check_size, make_damage, make_excess

# Any marker except stuffed zeros, restarts and fill bytes.
MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
START, END, SCAN, LINES, TEMPORARY = 0xD8, 0xD9, 0xDA, 0xDC, 0x01
# The kinds of frame that browsers show: baseline, extended and progressive, with Huffman codes.
FRAMES = frozenset((0xC0, 0xC1, 0xC2))
OTHER_FRAMES = frozenset(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
ARITHMETIC_CODES = 0xCC
MAX_SEGMENTS = 2_000  # 20 MB of metadata in the longest segments are 320
# Encoders write about 10; each passes over the whole picture.
MAX_SCANS = 64
MAX_SCAN_PIXELS = 800_000_000
MAX_PADDING_BYTES = 64 * 1024  # between segments
FULL_COEFFICIENTS = (1 << 64) - 1
END_MARKER = b"\xff\xd9"


@dataclass(slots=True)
class ScanCount:
    """What was counted so far; `precise` has a bit for each coefficient that is sent in full."""

    segments: int = 0
    scans: int = 0
    size: tuple[int, int] = (0, 0)
    factors: dict[int, int] = field(default_factory=dict)
    is_progressive: bool = False
    precise: dict[int, int] = field(default_factory=dict)
    most_in_scan: int = 0


def read_jpeg(data: bytes) -> Container:
    """Count the parts of a JPEG; raises `DecodingRefused`.

    Bytes after the end marker are another picture or garbage, which the decoder does not read.
    """
    counted, has_end = ScanCount(), False
    for marker, segment in _segments(data):
        has_end = marker == END
        counted.segments += 1
        if counted.segments > MAX_SEGMENTS:
            raise make_excess("segments")
        if marker in FRAMES and not counted.factors:
            _read_frame(counted, marker, segment)
        elif marker in FRAMES or marker in OTHER_FRAMES or marker in (ARITHMETIC_CODES, LINES):
            raise make_damage()
        elif marker == SCAN:
            _read_scan(counted, segment)
    if not counted.scans or (not has_end and not _has_all_coefficients(counted)):
        raise make_damage()
    width, height = counted.size
    memory = estimate_memory(
        data, pixels=width * height, bytes_per_pixel=_bytes_per_pixel(counted, has_end=has_end)
    )
    whole = data if has_end else data.rstrip(b"\xff") + END_MARKER
    return Container("JPEG", width, height, whole, memory, lacks_end=not has_end)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield markers with the content of their segments, up to the end marker."""
    at, padding, has_pixels = 2, 0, False
    while match := MARKER.search(data, at):
        padding += 0 if has_pixels else match.start() - at
        if padding > MAX_PADDING_BYTES:
            raise make_damage()
        marker, at = match[1][0], match.end()
        if marker in (END, TEMPORARY, START):
            yield marker, b""
            if marker == END:
                return
            continue
        has_pixels = has_pixels or marker == SCAN
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2:
            raise make_damage()
        yield marker, data[at + 2 : at + length]
        at += length


def _read_frame(counted: ScanCount, marker: int, segment: bytes) -> None:
    try:
        precision, height, width, count = struct.unpack_from(">BHHB", segment)
        parts = [segment[6 + 3 * place : 9 + 3 * place] for place in range(count)]
        factors = {part[0]: (part[1] >> 4) * (part[1] & 15) for part in parts}
    except (struct.error, IndexError) as error:
        raise make_damage() from error
    if precision != 8 or count not in (1, 3, 4) or len(factors) != count:
        raise make_damage()
    if not all(1 <= part[1] >> 4 <= 4 and 1 <= part[1] & 15 <= 4 for part in parts):
        raise make_damage()
    check_size(width, height)
    counted.size, counted.factors, counted.is_progressive = (width, height), factors, marker == 0xC2


def _read_scan(counted: ScanCount, segment: bytes) -> None:
    counted.scans += 1
    pixels = counted.size[0] * counted.size[1]
    if counted.scans > MAX_SCANS or counted.scans * pixels > MAX_SCAN_PIXELS:
        raise make_excess("scans")
    count = segment[0] if segment else 0
    if not 1 <= count <= 4 or len(segment) < 4 + 2 * count or not counted.factors:
        raise make_damage()
    first, last, depth = segment[1 + 2 * count : 4 + 2 * count]
    last = last if counted.is_progressive else 63
    if first > last or last > 63:
        raise make_damage()
    counted.most_in_scan = max(counted.most_in_scan, count)
    if not counted.is_progressive or depth & 15 == 0:
        sent = (1 << (last + 1)) - (1 << first)
        for place in range(count):
            part = segment[1 + 2 * place]
            counted.precise[part] = counted.precise.get(part, 0) | sent


def _has_all_coefficients(counted: ScanCount) -> bool:
    return all(counted.precise.get(part) == FULL_COEFFICIENTS for part in counted.factors)


def _bytes_per_pixel(counted: ScanCount, *, has_end: bool) -> float:
    """Return the decoder's memory: the picture, and all coefficients if there are several scans."""
    width, height = counted.size
    coefficients = 0.0
    if counted.is_progressive or counted.most_in_scan < len(counted.factors):
        coefficients = 2.1 * sum(counted.factors.values()) / max(counted.factors.values())
    # The decoder shrinks a large picture of one or three colours to less than twice the rendition.
    side = 2 * RENDITION_SIDE
    draft = 4.0 * min(1.0, side / max(width, height)) ** 2
    # An ending that is missing is looked for in pictures of full size: see `decoder.endings`.
    decoded = draft if len(counted.factors) < 4 and has_end else 4.5
    return coefficients + decoded + 0.5
