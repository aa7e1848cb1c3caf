"""Count the boxes and items of an AVIF or HEIC (ISO/IEC 14496-12 and 23008-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from decoder.containers import Container, estimate_memory
from decoder.limits import (
    FORMAT_MESSAGE,
    MAX_PROFILE_BYTES,
    DecodingRefused,
    check_size,
    make_damage,
    make_excess,
)

MAX_BOXES = 10_000  # in all; a phone's photo of 48 million pixels has about 1,000
MAX_ITEMS = 2_000
MAX_REFERENCES = 10_000
MAX_EXTENTS = 4_000
MAX_TILES = 1_024
# Tiles extend beyond the picture at its right and lower side; so does an opacity of its own size.
MAX_DECODED_SHARE = 2.0
CODECS = {b"hvc1": "HEIF", b"av01": "AVIF"}
GRID = b"grid"
# The coded bytes for a pixel.
FULL_COLOUR, HALF_COLOUR, QUARTER_COLOUR = 3.0, 2.0, 1.5
# The decoder's copies of planes, and of pixels in RGB; opacity takes one byte more.
PLANE_SHARES = {"AVIF": 1.4, "HEIF": 1.1}
COPY_BYTES = {"AVIF": 7.0, "HEIF": 6.2}
TRACKS = b"moov"
STILL_BRANDS = {b"avis": b"avif", b"hevc": b"heic", b"hevx": b"heix", b"msf1": b"mif1"}


@dataclass(slots=True)
class BoxItem:
    kind: bytes
    properties: list[int] = field(default_factory=list)
    tiles: list[int] = field(default_factory=list)
    extents: list[tuple[int, int, int]] = field(default_factory=list)  # method, start, length


@dataclass(slots=True)
class Meta:
    """The items of a file, their properties, and which item is its picture."""

    primary: int = 0
    items: dict[int, BoxItem] = field(default_factory=dict)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    opacities: dict[int, int] = field(default_factory=dict)  # by the item that they belong to
    stored: bytes = b""


class Counter:
    """Counts the boxes of a file across all levels."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """Yield the kind of each box with where its content starts and ends."""
        while at + 8 <= end:
            self.count += 1
            if self.count > MAX_BOXES:
                raise make_excess("parts")
            size, kind = struct.unpack_from(">I4s", data, at)
            start = at + 8
            if size == 1 and at + 16 <= end:
                (size,) = struct.unpack_from(">Q", data, start)
                start += 8
            stop = end if size == 0 else at + size
            if stop < start or stop > end:
                raise make_damage()
            yield kind, start, stop
            at = stop


def read_boxes(data: bytes) -> Container:
    """Count the parts of an AVIF or HEIC; raises `DecodingRefused`.

    Only the primary picture is decoded: one picture or a grid of them, with its opacity. The copy
    for the decoder has no sequence of pictures.
    """
    try:
        meta, tracks = _read_file(data)
        kind, size, share = _measure(meta, len(data))
    except (struct.error, IndexError, KeyError) as error:
        raise make_damage() from error
    copy = _write(data, tracks)
    pixels = size[0] * size[1]
    memory = estimate_memory(copy, pixels=pixels, bytes_per_pixel=share)
    return Container(kind, *size, copy, memory, is_animated=bool(tracks))


def _read_file(data: bytes) -> tuple[Meta, list[int]]:
    """Return the items, and where the boxes with sequences start."""
    counter, meta, tracks = Counter(), None, []
    for kind, start, end in counter.read(data, 0, len(data)):
        if kind == b"meta" and meta is None:
            meta = _read_meta(data, start + 4, end, counter)
        elif kind == b"meta":
            raise make_excess("parts")
        elif kind == TRACKS:
            tracks.append(start)
    if meta is None:
        raise DecodingRefused("photo_unknown_format", FORMAT_MESSAGE)
    return meta, tracks


def _read_meta(data: bytes, start: int, end: int, counter: Counter) -> Meta:
    meta = Meta()
    places = {kind: (at, stop) for kind, at, stop in counter.read(data, start, end)}
    if b"iinf" not in places or b"pitm" not in places:
        raise make_damage()
    at, stop = places[b"pitm"]
    meta.primary = _number(data, at + 4, 2 if data[at] == 0 else 4)
    _read_items(meta, data, *places[b"iinf"], counter)
    if b"iprp" in places:
        _read_properties(meta, data, *places[b"iprp"], counter)
    if b"iref" in places:
        _read_references(meta, data, *places[b"iref"], counter)
    if b"iloc" in places:
        at, stop = places[b"iloc"]
        _read_locations(meta, data[at:stop])
    if b"idat" in places:
        at, stop = places[b"idat"]
        meta.stored = data[at : min(stop, at + 64)]  # a grid has at most 12 bytes
    return meta


def _read_items(meta: Meta, data: bytes, start: int, end: int, counter: Counter) -> None:
    first = start + (6 if data[start] == 0 else 8)
    for kind, at, _ in counter.read(data, first, end):
        if kind != b"infe" or data[at] not in (2, 3):
            raise make_damage()
        width = 2 if data[at] == 2 else 4
        number, place = _number(data, at + 4, width), at + 6 + width
        if number in meta.items or len(meta.items) >= MAX_ITEMS:
            raise make_excess("pictures")
        meta.items[number] = BoxItem(data[place : place + 4])


def _read_properties(meta: Meta, data: bytes, start: int, end: int, counter: Counter) -> None:
    for kind, at, stop in counter.read(data, start, end):
        if kind == b"ipco":
            for name, inner, until in counter.read(data, at, stop):
                if until - inner > MAX_PROFILE_BYTES:
                    raise make_excess("bytes in a colour profile")
                meta.properties.append((name, data[inner : min(until, inner + 64)]))
        elif kind == b"ipma":
            _read_associations(meta, data[at:stop])


def _read_associations(meta: Meta, box: bytes) -> None:
    width, is_long = (4 if box[0] else 2), box[3] & 1
    count, at = _number(box, 4, 4), 8
    for _ in range(min(count, MAX_ITEMS)):
        number, entries = _number(box, at, width), box[at + width]
        at += width + 1
        step = 2 if is_long else 1
        for place in range(at, at + step * entries, step):
            index = _number(box, place, step) & (0x7FFF if is_long else 0x7F)
            if number in meta.items and index:
                meta.items[number].properties.append(index - 1)
        at += step * entries


def _read_references(meta: Meta, data: bytes, start: int, end: int, counter: Counter) -> None:
    width, total = (2 if data[start] == 0 else 4), 0
    for kind, at, _ in counter.read(data, start + 4, end):
        source, count = _number(data, at, width), _number(data, at + width, 2)
        total += count
        if total > MAX_REFERENCES:
            raise make_excess("references")
        first = at + width + 2
        targets = [_number(data, first + width * place, width) for place in range(count)]
        if kind == b"dimg" and source in meta.items:
            meta.items[source].tiles += targets
        elif kind == b"auxl":
            for target in targets:
                if _is_opacity(meta, source):
                    meta.opacities[target] = source


def _is_opacity(meta: Meta, number: int) -> bool:
    """Return whether an auxiliary picture is an opacity; others, such as depths, are not used."""
    return any(
        (name == b"auxC" and b"alpha" in content) or b"auxid:1" in content
        for name, content in _properties(meta, number)
    )


def _properties(meta: Meta, number: int) -> list[tuple[bytes, bytes]]:
    return [
        meta.properties[place]
        for place in meta.items[number].properties
        if place < len(meta.properties)
    ]


def _read_locations(meta: Meta, box: bytes) -> None:
    version, sizes = box[0], struct.unpack_from(">H", box, 4)[0]
    offset_size, length_size = sizes >> 12, sizes >> 8 & 15
    base_size, index_size = sizes >> 4 & 15, sizes & 15 if version else 0
    width = 4 if version == 2 else 2
    count, at, total = _number(box, 6, width), 6 + width, 0
    for _ in range(min(count, MAX_ITEMS)):
        number = _number(box, at, width)
        at += width
        method = _number(box, at, 2) & 15 if version else 0
        at += 2 * bool(version) + 2
        base = _number(box, at, base_size)
        extents = _number(box, at + base_size, 2)
        at += base_size + 2
        total += extents
        if total > MAX_EXTENTS:
            raise make_excess("parts")
        for _ in range(extents):
            start = base + _number(box, at + index_size, offset_size)
            length = _number(box, at + index_size + offset_size, length_size)
            at += index_size + offset_size + length_size
            if number in meta.items:
                meta.items[number].extents.append((method, start, length))


def _number(data: bytes, at: int, size: int) -> int:
    if at + size > len(data):
        raise make_damage()
    return int.from_bytes(data[at : at + size], "big")


def _measure(meta: Meta, file_size: int) -> tuple[str, tuple[int, int], float]:
    """Return the format, the size and the bytes per pixel of the primary picture."""
    size = _read_size(meta, meta.primary)
    pictures = [meta.primary]
    if meta.primary in meta.opacities:
        pictures.append(meta.opacities[meta.primary])
    coded = [number for picture in pictures for number in _find_coded(meta, picture)]
    kinds = {meta.items[number].kind for number in coded}
    if len(kinds) != 1 or not kinds <= CODECS.keys():
        raise DecodingRefused("photo_unknown_format", FORMAT_MESSAGE)
    total = 0
    for number in coded:
        width, height = _read_size(meta, number)
        total += width * height
    canvases = len(pictures) * size[0] * size[1]
    if len(coded) > MAX_TILES * len(pictures) or (
        total > MAX_DECODED_SHARE * canvases and total > 2**22
    ):
        raise make_excess("tiles")
    _check_extents(meta, {*coded, *pictures}, file_size)
    kind = CODECS[kinds.pop()]
    return kind, size, _bytes_per_pixel(meta, kind, coded, len(pictures) > 1)


def _read_size(meta: Meta, number: int) -> tuple[int, int]:
    for name, content in _properties(meta, number):
        if name == b"ispe":
            width, height = struct.unpack_from(">4xII", content)
            check_size(width, height)
            return width, height
    raise make_damage()


def _find_coded(meta: Meta, number: int) -> list[int]:
    """Return the items that are decoded for a picture: itself, or the tiles of a grid."""
    item = meta.items[number]
    if item.kind != GRID:
        return [number]
    if not item.tiles:
        raise make_damage()
    return item.tiles


def _check_extents(meta: Meta, numbers: set[int], file_size: int) -> None:
    """Raise `DecodingRefused` if items share bytes, or have bytes that the file does not have."""
    total = 0
    for number in numbers:
        for method, start, length in meta.items[number].extents:
            if method == 0 and start + length > file_size:
                raise make_damage()
            total += length
    if total > file_size:
        raise make_excess("parts")


def _bytes_per_pixel(meta: Meta, kind: str, coded: list[int], has_opacity: bool) -> float:
    for name, content in _properties(meta, coded[0]):
        if name == b"av1C" and len(content) >= 3:
            is_deep = bool(content[2] & 0x40)
            colour = {0: FULL_COLOUR, 2: HALF_COLOUR}.get(content[2] >> 2 & 3, QUARTER_COLOUR)
        elif name == b"hvcC" and len(content) >= 19:
            is_deep = bool(content[17] & 7 or content[18] & 7)
            colour = {3: FULL_COLOUR, 2: HALF_COLOUR}.get(content[16] & 3, QUARTER_COLOUR)
        else:
            continue
        planes = (colour + has_opacity) * (2 if is_deep else 1)
        return COPY_BYTES[kind] + has_opacity + planes * PLANE_SHARES[kind]
    raise make_damage()


def _write(data: bytes, tracks: list[int]) -> bytes:
    """Return the file with its sequences marked as free space, and no brand of a sequence."""
    if not tracks or int.from_bytes(data[:4], "big") > MAX_BOXES:
        return data
    copy = bytearray(data)
    for start in tracks:
        place = copy.rfind(TRACKS, max(0, start - 12), start)
        copy[place : place + 4] = b"free"
    for place in range(8, int.from_bytes(data[:4], "big"), 4):
        brand = bytes(copy[place : place + 4])
        copy[place : place + 4] = STILL_BRANDS.get(brand, brand)
    return bytes(copy)
