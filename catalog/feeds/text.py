"""Decode a feed to text in bounded memory, whatever its encoding, and split it into lines.

A file may be compressed with gzip. Text is UTF-8 unless a byte order mark, zero bytes or an XML
declaration say otherwise. Bytes that are no UTF-8 are read as Windows-1252, which makes a file of
that encoding, or of Latin-1, right as well as one of mixed origin.
"""

import codecs
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from catalog.feeds.errors import FeedUnreadable

SAMPLE_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
MAX_LINE_LENGTH = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
# Feeds of repeated text shrink to a hundredth; a bomb of zeros to a thousandth.
MAX_EXPANSION = 250
MAX_FREE_EXPANSION_BYTES = 64 * 1024 * 1024
MAX_EXPANDED_BYTES = 8 * 1024 * 1024 * 1024

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings that an XML declaration may name, with the codec to use.
DECLARED_ENCODINGS = {
    "iso-8859-1": "cp1252",
    "us-ascii": "cp1252",
    "euc-jp": "euc_jp",
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "cp949",
    "koi8-r": "koi8_r",
    **{f"iso-8859-{part}": f"iso8859_{part}" for part in (2, 5, 7, 9, 15)},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
}
# A declaration in one-byte letters; in UTF-16, zero bytes have decided before.
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})[\"']")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")
_BINARY = bytes(set(range(32)) - set(b"\t\n\r\x0c"))
MAX_BINARY_SHARE = 0.1
MIN_ZERO_SHARE = 0.3


def _decode_as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("feed-windows-1252", _decode_as_windows)


def read_sample(stream: BinaryIO) -> str:
    """Return the first text of a feed, and rewind the stream; raises `FeedUnreadable`."""
    stream.seek(0)
    try:
        data = next(_read_bytes(stream), b"")
    finally:
        stream.seek(0)
    check_text(data)
    return "".join(_decode(iter([data]), is_whole=False))


def read_text(stream: BinaryIO) -> Iterator[str]:
    """Yield the text of a feed in pieces, with line feeds only and without control characters."""
    stream.seek(0)
    yield from _decode(_read_bytes(stream))


def split_lines(chunks: Iterable[str]) -> Iterator[str | None]:
    """Yield lines without their ends; None stands for one of more than `MAX_LINE_LENGTH`."""
    rest = ""
    is_too_long = False
    for chunk in chunks:
        lines = (rest + chunk).split("\n")
        rest = lines.pop()
        for line in lines:
            yield None if is_too_long or len(line) > MAX_LINE_LENGTH else line
            is_too_long = False
        if len(rest) > MAX_LINE_LENGTH or is_too_long:
            is_too_long, rest = True, ""
    if rest or is_too_long:
        yield None if is_too_long else rest


def _read_bytes(stream: BinaryIO) -> Iterator[bytes]:
    first = stream.read(SAMPLE_BYTES)
    if first.startswith(GZIP_MAGIC):
        yield from _expand(first, stream)
    else:
        yield first
        while data := stream.read(CHUNK_BYTES):
            yield data


def _expand(data: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Yield the content of a gzip file; raises `FeedUnreadable`."""
    decompressor = zlib.decompressobj(wbits=31)
    received, sent = len(data), 0
    while data:
        try:
            piece = decompressor.decompress(data, SAMPLE_BYTES)
        except zlib.error as error:
            raise FeedUnreadable(
                "The gzip file is damaged. Compress the feed again.", code="feed_damaged"
            ) from error
        sent += len(piece)
        if sent > min(MAX_EXPANDED_BYTES, max(MAX_FREE_EXPANSION_BYTES, received * MAX_EXPANSION)):
            raise FeedUnreadable(
                "The gzip file becomes too large when it is expanded.", code="feed_too_large"
            )
        if piece:
            yield piece
        data = decompressor.unconsumed_tail
        if decompressor.eof:
            # A file may have several parts; anything else after the last one is padding.
            data = decompressor.unused_data or stream.read(CHUNK_BYTES)
            if not data.startswith(GZIP_MAGIC):
                return
            decompressor = zlib.decompressobj(wbits=31)
        elif not data:
            data = stream.read(CHUNK_BYTES)
            received += len(data)
    raise FeedUnreadable(
        "The gzip file ends too early. Send the whole file.", code="feed_truncated"
    )


def _decode(pieces: Iterator[bytes], *, is_whole: bool = True) -> Iterator[str]:
    first = next(pieces, b"")
    encoding, mark = _find_encoding(first)
    errors = "feed-windows-1252" if encoding == "utf-8" else "replace"
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder(encoding)(errors), translate=True
    )
    yield _remove_controls(decoder.decode(first[mark:]))
    for piece in pieces:
        yield _remove_controls(decoder.decode(piece))
    if is_whole:
        yield _remove_controls(decoder.decode(b"", final=True))


def _remove_controls(text: str) -> str:
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def _find_encoding(data: bytes) -> tuple[str, int]:
    """Return the codec of a text that begins with `data`, and the length of its mark."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    if encoding := _find_wide_encoding(data):
        return encoding, 0
    if declared := _DECLARATION.match(data):
        return DECLARED_ENCODINGS.get(declared[1].decode().lower(), "utf-8"), 0
    return "utf-8", 0


def _find_wide_encoding(data: bytes) -> str:
    """Return UTF-16 in one of its orders if every second byte is often zero, or ""."""
    pairs = len(data) // 2
    even, odd = data[::2].count(0), data[1::2].count(0)
    if not pairs or max(even, odd) < pairs * MIN_ZERO_SHARE or min(even, odd) > pairs * 0.05:
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def check_text(data: bytes) -> None:
    """Raise `FeedUnreadable` if a file that begins with `data` is not text."""
    if data.startswith(b"PK\x03\x04"):
        raise FeedUnreadable(
            "This is an Excel workbook or a ZIP file. Save it as CSV, or send the file in it.",
            code="feed_binary",
        )
    _, mark = _find_encoding(data)
    if mark > 2 or (mark == 0 and not _find_wide_encoding(data)):
        is_binary = len(data) - len(data.translate(None, _BINARY)) > len(data) * MAX_BINARY_SHARE
        if is_binary or data.startswith((b"%PDF", GZIP_MAGIC)):
            raise FeedUnreadable(
                "This is not a text file. Send CSV, TSV, XML or JSON Lines, or one of them"
                " compressed with gzip.",
                code="feed_binary",
            )
