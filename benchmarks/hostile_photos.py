"""Small files whose decoding costs much, one of each kind that a hostile client could send.

`CORPUS` has a function for each. Most are made from a tiny picture and bytes that no encoder
writes; none is larger than the limit for uploads.
"""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\xff\xd9"
pillow_heif.register_heif_opener()


def save(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return an image as a file."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def make_picture(width: int, height: int) -> Image.Image:
    """Return an image of soft random colours."""
    small = np.random.default_rng(1).integers(0, 255, (24, 24, 3), np.uint8)
    return Image.fromarray(small).resize((width, height))


# --- JPEG -----------------------------------------------------------------------------


def make_segment(marker: int, content: bytes) -> bytes:
    """Return a segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def make_repeated_scans(count: int = 500, *, size: tuple[int, int] = (4_000, 5_000)) -> bytes:
    """Return a progressive JPEG that refines the same coefficients over and over."""
    photo = save(Image.new("RGB", size, (90, 120, 150)), "JPEG", progressive=True, quality=30)
    return photo[:-2] + _last_scan(photo) * count + END


def _last_scan(photo: bytes) -> bytes:
    return photo[photo.rfind(b"\xff\xda") : -2]


def insert_segments(count: int, marker: int, content: bytes) -> bytes:
    """Return a JPEG with many segments of a kind before its own."""
    photo = save(make_picture(640, 480), "JPEG")
    return photo[:2] + make_segment(marker, content) * count + photo[2:]


def patch_frame(at: int, value: bytes, *, marker: bytes = b"\xff\xc0") -> bytes:
    """Return a JPEG with changed bytes in the header of its frame."""
    photo = bytearray(save(make_picture(640, 480), "JPEG"))
    place = photo.find(marker) + at
    photo[place : place + len(value)] = value
    return bytes(photo)


def make_fill_bytes() -> bytes:
    photo = save(make_picture(640, 480), "JPEG")
    return photo[:2] + b"\xff" * 19_000_000 + photo[2:]


def make_stuffed_scan() -> bytes:
    """Return a JPEG whose scan ends in millions of stuffed zeros and restarts."""
    photo = save(make_picture(640, 480), "JPEG")
    return photo[:-2] + b"\xff\x00\xff\xd0" * 4_500_000 + END


def make_large_jpeg(mode: str, **options: Any) -> bytes:
    return save(make_picture(8_000, 5_000).convert(mode), "JPEG", quality=40, **options)


def make_hostile_exif() -> bytes:
    """Return a JPEG whose directory of metadata refers to itself and to far too many values."""
    entry = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x0112, 3, 2**31, 8)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 5_000) + entry * 2_500
    return insert_segments(1, 0xE1, exif[:65_000])


def make_profile(size: int) -> bytes:
    """Return a colour profile of a size, whose table of tags has more entries than it can have."""
    profile = bytearray(size)
    struct.pack_into(">I", profile, 0, size)
    profile[8:24] = b"\x02\x10\0\0mntrRGB XYZ "
    profile[36:40] = b"acsp"
    struct.pack_into(">I", profile, 128, min(2**31, (size - 132) // 12))
    return bytes(profile)


# --- PNG ------------------------------------------------------------------------------


def make_chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def make_png(
    width: int,
    height: int,
    *,
    depth: int = 8,
    colour: int = 2,
    interlace: int = 0,
    extra: bytes = b"",
) -> bytes:
    """Return a PNG of zeros with the stated size and other chunks before its pixels."""
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = b"\0" * (1 + (width * samples * depth + 7) // 8)
    pack = zlib.compressobj(9)
    pixels = b"".join(pack.compress(row) for _ in range(height + height // 2 * interlace))
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    palette = make_chunk(b"PLTE", bytes(range(255)) + b"\0" * 3) if colour == 3 else b""
    chunks = make_chunk(b"IHDR", header) + palette + extra
    return b"".join(
        (
            PNG_SIGNATURE,
            chunks,
            make_chunk(b"IDAT", pixels + pack.flush()),
            make_chunk(b"IEND", b""),
        )
    )


def make_bomb(size: int) -> bytes:
    """Return packed zeros, a thousandth of their size."""
    pack = zlib.compressobj(9)
    megabyte = b"\0" * 1_000_000
    return b"".join(pack.compress(megabyte) for _ in range(size // 1_000_000)) + pack.flush()


def make_many_chunks() -> bytes:
    return make_png(64, 64, extra=make_chunk(b"tEXt", b"a\0") * 1_200_000)


def make_split_pixels() -> bytes:
    """Return a PNG whose pixels come one byte a chunk."""
    photo = save(make_picture(900, 900), "PNG")
    at = photo.find(b"IDAT") - 4
    length = int.from_bytes(photo[at : at + 4], "big")
    content = photo[at + 8 : at + 8 + length]
    chunks = b"".join(make_chunk(b"IDAT", content[place : place + 1]) for place in range(length))
    return photo[:at] + chunks + photo[at + 12 + length :]


def make_animated_png() -> bytes:
    frames = [Image.new("RGB", (2_000, 2_000), (number, 9, 0)) for number in range(40)]
    return save(frames[0], "PNG", save_all=True, append_images=frames[1:])


# --- WebP -----------------------------------------------------------------------------


def make_lossless_webp(width: int = 6_400, height: int = 5_000) -> bytes:
    """Return a lossless WebP of one colour: about a kilobyte for 32 million pixels."""
    return save(Image.new("RGB", (width, height), (9, 90, 200)), "WEBP", lossless=True, quality=0)


def make_webp_chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def make_animated_webp(width: int, height: int, count: int) -> bytes:
    """Return a WebP with many frames of two pixels on a large canvas."""
    still = save(Image.new("RGB", (2, 2), (9, 9, 9)), "WEBP", lossless=True)
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    place = b"\0" * 6 + b"\1\0\0" * 2 + b"\x0a\0\0\0"
    frame = make_webp_chunk(b"ANMF", place + still[12:])
    body = make_webp_chunk(b"VP8X", b"\x02\0\0\0" + size) + make_webp_chunk(b"ANIM", b"\0" * 6)
    body = b"WEBP" + body + frame * count
    return b"RIFF" + struct.pack("<I", len(body)) + body


# --- AVIF and HEIC --------------------------------------------------------------------


def make_box(kind: bytes, content: bytes) -> bytes:
    """Return a box of the ISO base media format."""
    return struct.pack(">I4s", len(content) + 8, kind) + content


def make_full_box(kind: bytes, content: bytes, *, version: int = 0) -> bytes:
    return make_box(kind, bytes([version, 0, 0, 0]) + content)


def make_grid(
    *,
    rows: int,
    columns: int,
    tile: int = 512,
    size: tuple[int, int] | None = None,
    kind: str = "HEIF",
    is_whole: bool = False,
) -> bytes:
    """Return a file whose picture is a grid of equal tiles.

    All tiles lie in the same bytes unless `is_whole`.
    """
    coded = save(make_picture(tile, tile), kind)
    code, config, brand = {
        "HEIF": (b"hvc1", b"hvcC", b"heic"), "AVIF": (b"av01", b"av1C", b"avif")
    }[kind]  # fmt: skip
    at = coded.find(config) - 4
    properties = coded[at : at + int.from_bytes(coded[at : at + 4], "big")]
    media = coded[coded.find(b"mdat") + 4 :]
    width, height = size or (columns * tile, rows * tile)
    properties += make_full_box(b"ispe", struct.pack(">II", tile, tile))
    properties += make_full_box(b"ispe", struct.pack(">II", width, height))
    count = rows * columns
    tiles = range(2, 2 + count)
    entries = b"".join(
        make_full_box(b"infe", struct.pack(">HH4sx", number, 0, name), version=2)
        for number, name in [(1, b"grid"), *((number, code) for number in tiles)]
    )
    links = b"".join(struct.pack(">HBBB", number, 2, 0x81, 2) for number in tiles)
    grid = struct.pack(
        ">BBBBHH",
        0,
        0,
        (rows - 1) & 255,
        (columns - 1) & 255,
        min(width, 65_535),
        min(height, 65_535),
    )

    def locate(start: int) -> bytes:
        places = struct.pack(">HHHHII", 1, 1, 0, 1, 0, len(grid))
        for number in tiles:
            at = start + (number - 2) * len(media) * is_whole
            places += struct.pack(">HHHHII", number, 0, 0, 1, at, len(media))
        return make_full_box(b"iloc", struct.pack(">BBH", 0x44, 0, 1 + count) + places, version=1)

    def compose(start: int) -> bytes:
        return make_full_box(
            b"meta",
            make_full_box(b"hdlr", b"\0\0\0\0pict" + b"\0" * 13)
            + make_full_box(b"pitm", struct.pack(">H", 1))
            + locate(start)
            + make_full_box(b"iinf", struct.pack(">H", 1 + count) + entries)
            + make_full_box(
                b"iref",
                make_box(b"dimg", struct.pack(f">HH{count}H", 1, count, *tiles)),
            )
            + make_box(
                b"iprp",
                make_box(b"ipco", properties)
                + make_full_box(
                    b"ipma", struct.pack(">I", 1 + count) + struct.pack(">HBB", 1, 1, 3) + links
                ),
            )
            + make_box(b"idat", grid),
        )

    head = make_box(b"ftyp", brand + b"\0\0\0\0mif1" + brand)
    start = len(head) + len(compose(0)) + 8
    return head + compose(start) + make_box(b"mdat", media * (count if is_whole else 1))


def patch_size(kind: str, width: int, height: int, *, of: tuple[int, int] = (512, 512)) -> bytes:
    """Return a file that states another size than its coded picture has."""
    coded = save(make_picture(*of), kind)
    stated = b"ispe\0\0\0\0" + struct.pack(">II", *of)
    return coded.replace(stated, b"ispe\0\0\0\0" + struct.pack(">II", width, height))


def make_nested_boxes(brand: bytes) -> bytes:
    content = b""
    for _ in range(20_000):
        content = make_box(b"meta", content)[:60_000]
    many = make_box(b"free", b"") * 1_500_000
    return make_box(b"ftyp", brand + b"\0\0\0\0mif1" + brand) + content + many


def make_many_extents() -> bytes:
    """Return a HEIC whose picture is said to lie in the same bytes a thousand times."""
    coded = save(make_picture(512, 512), "HEIF")
    at = coded.find(b"iloc") - 4
    length = int.from_bytes(coded[at : at + 4], "big")
    extents = struct.pack(">II", 0, len(coded)) * 4_000
    box = make_full_box(b"iloc", struct.pack(">BBHHHH", 0x44, 0, 1, 1, 0, 4_000) + extents)
    meta = coded.find(b"meta") - 4
    size = int.from_bytes(coded[meta : meta + 4], "big") + len(box) - length
    changed = coded[:at] + box + coded[at + length :]
    return changed[:meta] + struct.pack(">I", size) + changed[meta + 4 :]


def make_sequence(kind: str, count: int, size: tuple[int, int]) -> bytes:
    frames = [Image.new("RGB", size, (number * 5 % 255, 90, 0)) for number in range(count)]
    return save(frames[0], kind, save_all=True, append_images=frames[1:])


# Created one at a time when needed.
CORPUS: Mapping[str, Callable[[], bytes]] = MappingProxyType(
    {
        "JPEG: 500 repeated scans": make_repeated_scans,
        "JPEG: 60 repeated scans, 9 MP": lambda: make_repeated_scans(50, size=(3_000, 3_000)),
        "JPEG: 200,000 comments": lambda: insert_segments(200_000, 0xFE, b"x" * 60),
        "JPEG: 60,000 Huffman tables": lambda: insert_segments(
            60_000, 0xC4, b"\0\0\1" + b"\0" * 14 + b"\0"
        ),
        "JPEG: arithmetic codes": lambda: patch_frame(1, b"\xc9"),
        "JPEG: no height": lambda: patch_frame(5, b"\0\0"),
        "JPEG: 65,500 pixels a side": lambda: patch_frame(5, b"\xff\xdc\xff\xdc"),
        "JPEG: 255 components": lambda: patch_frame(9, b"\xff"),
        "JPEG: sampling of 15": lambda: patch_frame(11, b"\xff"),
        "JPEG: 19 MB of fill bytes": make_fill_bytes,
        "JPEG: 18 MB after its scan": make_stuffed_scan,
        "JPEG: four inks, progressive, 40 MP": lambda: make_large_jpeg("CMYK", progressive=True),
        "JPEG: full colour, progressive, 40 MP": lambda: make_large_jpeg(
            "RGB", progressive=True, subsampling=0
        ),
        "JPEG: endless metadata": make_hostile_exif,
        "JPEG: absurd colour profile": lambda: save(
            make_picture(640, 480), "JPEG", icc_profile=make_profile(3_000_000)
        ),
        "PNG: text of 4 GB": lambda: make_png(
            64, 64, extra=make_chunk(b"zTXt", b"Comment\0\0" + make_bomb(4_000_000_000))
        ),
        "PNG: profile of 4 GB": lambda: make_png(
            64, 64, extra=make_chunk(b"iCCP", b"p\0\0" + make_bomb(4_000_000_000))
        ),
        "PNG: 1.2 million texts": make_many_chunks,
        "PNG: pixels in single bytes": make_split_pixels,
        "PNG: 40 MP, one colour": lambda: make_png(8_000, 5_000),
        "PNG: 40 MP, 16 bits, interlaced": lambda: make_png(
            8_000, 5_000, depth=16, interlace=1
        ),
        "PNG: 40 MP of a palette": lambda: make_png(8_000, 5_000, colour=3),
        "PNG: animation": make_animated_png,
        "PNG: 900 MP": lambda: make_png(30_000, 40, colour=0),
        "WebP: lossless, 32 MP": make_lossless_webp,
        "WebP: 100 MP": lambda: make_lossless_webp(10_000, 10_000),
        "WebP: 100,000 frames": lambda: make_animated_webp(5_000, 5_000, 100_000),
        "WebP: 4,000 frames on 32 MP": lambda: make_animated_webp(6_400, 5_000, 4_000),
        "AVIF: one colour, 40 MP": lambda: save(
            Image.new("RGB", (8_000, 5_000), (9, 99, 99)), "AVIF", speed=10, quality=30
        ),
        "AVIF: full colour and opacity, 40 MP": lambda: save(
            Image.new("RGBA", (8_000, 5_000), (9, 99, 99, 99)),
            "AVIF", speed=10, quality=30, subsampling="4:4:4",
        ),
        "AVIF: grid of 10,000 tiles": lambda: make_grid(
            rows=100, columns=100, tile=64, kind="AVIF"
        ),
        "AVIF: sequence": lambda: make_sequence("AVIF", 60, (1_000, 1_000)),
        "AVIF: 1.5 million boxes": lambda: make_nested_boxes(b"avif"),
        "HEIC: one colour, 40 MP": lambda: save(
            Image.new("RGB", (8_000, 5_000), (9, 99, 99)), "HEIF", quality=10
        ),
        "HEIC: states 64 pixels, has 16 MP": lambda: patch_size("HEIF", 64, 64, of=(4_096, 4_096)),
        "HEIC: states 16 MP, has 262,144 pixels": lambda: patch_size("HEIF", 4_096, 4_096),
        "HEIC: grid of 40,000 tiles": lambda: make_grid(rows=200, columns=200, tile=64),
        "HEIC: grid of 1,000 tiles on one pixel": lambda: make_grid(
            rows=25, columns=40, size=(64, 64)
        ),
        "HEIC: 4,000 extents over the whole file": make_many_extents,
        "HEIC: 1.5 million boxes": lambda: make_nested_boxes(b"heic"),
        "HEIC: 40 pictures": lambda: make_sequence("HEIF", 40, (800, 800)),
    }
)  # fmt: skip
