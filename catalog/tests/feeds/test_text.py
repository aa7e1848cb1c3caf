"""Encodings and compression of feeds, within bounded memory."""

import codecs
import io
import tracemalloc

import pytest

from catalog.feeds.read import read_feed
from catalog.feeds.text import read_sample, read_text
from catalog.tests.feeds.factories import compress, make_stream, read_all, read_one

TABLE = "id,title,price\r\n1,Größe “Été” – 5 €,5 EUR\r\n"
XML = (
    '<?xml version="1.0" encoding="{}"?><rss><channel>'
    "<item><id>1</id><title>Größe Été</title></item></channel></rss>"
)
NEXT = b"<item><id>2</id><title>Top</title></item></rss>"


class Repeated(io.RawIOBase):
    """A stream with a part that is repeated, without being in memory."""

    def __init__(self, start: bytes, part: bytes, times: int, end: bytes) -> None:
        self.pieces = [start, *[part] * times, end]
        self.place = 0
        self.rest = b""

    def seek(self, offset: int, whence: int = 0) -> int:
        self.place, self.rest = 0, b""
        return 0

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and self.place < len(self.pieces):
            self.rest += self.pieces[self.place]
            self.place += 1
        data, self.rest = self.rest[:size], self.rest[size:]
        return data


@pytest.mark.parametrize(
    "data",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("cp1252"),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        TABLE.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        compress(TABLE.encode()),
        compress(TABLE.encode("utf-16")),
        compress(TABLE[:30].encode()) + compress(TABLE[30:].encode()),
        compress(TABLE.encode()) + bytes(512),
    ],
)
def test_reads_every_encoding(data):
    assert read_one(data).name == "Größe “Été” – 5 €"


def test_lines_of_different_encodings_are_read():
    data = "id,title\n1,Größe\n".encode() + "2,Été\n".encode("latin-1")
    products, _ = read_all(data)
    assert [product.name for product in products] == ["Größe", "Été"]


@pytest.mark.parametrize(
    ("declared", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF-16", "utf-16"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("iso-8859-15", "iso8859_15"),
        ("utf-8", "latin-1"),
        ("no-such-encoding", "utf-8"),
    ],
)
def test_reads_the_encodings_that_xml_declares(declared, codec):
    assert read_one(XML.format(declared).encode(codec)).name == "Größe Été"


def test_zero_bytes_and_other_controls_are_removed():
    data = b"id,title\n1,Dre\0ss\x07\n2,\0\0Top\n" + b"3,Coat with a long name\n"
    products, problems = read_all(data)
    assert [product.name for product in products][:2] == ["Dress", "Top"]
    assert problems == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reads_every_end_of_lines(end):
    text = end.join(["id,title", "1,Dress", "2,Top", ""])
    assert len(read_all(text)[0]) == 2


def test_text_does_not_depend_on_where_it_is_split():
    data = ("é\r\n€" * 50_000).encode()
    assert "".join(read_text(make_stream(data))) == "é\n€" * 50_000
    assert read_sample(make_stream(data)).startswith("é\n€é")


@pytest.mark.parametrize(
    ("start", "part", "end"),
    [
        (b"id,title\n1,", b"x" * 65536, b"\n2,Top\n"),
        (b'id,title\n1,"', b"x" * 65536, b"\n2,Top\n"),
        (b'id,title\n1,"', b"xxxxxxx\n" * 8192, b"\n2,Top\n"),
        (b'{"external_id":"1","name":"', b"x" * 65536, b'"}\n{"external_id":"2","name":"Top"}'),
        (b"<rss><item><id>1</id><title>", b"x" * 65536, b"</title></item>" + NEXT),
        (b"<rss><item><id>1</id><title a='", b"x" * 65536, b"'/></item>" + NEXT),
        (b"<rss><item><id>1</id><title><!--", b"x" * 65536, b"--></title></item>" + NEXT),
        (b"<rss><item><id>1</id>", b"<price/>" * 8192, b"</item>" + NEXT),
    ],
    ids=["cell", "quote", "quoted lines", "json", "text", "attribute", "comment", "elements"],
)
def test_a_row_of_any_length_takes_little_memory_and_the_next_is_read(start, part, end):
    # Many small parts take long, and need no more memory.
    times = 640 if len(set(part)) == 1 else 20
    stream = Repeated(start, part, times, end)
    tracemalloc.start()
    try:
        products = [one for one in read_feed(stream) if hasattr(one, "name") and one.name == "Top"]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [product.external_id for product in products] == ["2"]
    assert peak < 24 * 1024 * 1024
