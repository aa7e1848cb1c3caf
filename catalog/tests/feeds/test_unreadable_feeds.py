"""Files that are no feed are refused as a whole, with a clear reason."""

import io
import zipfile

import pytest

from catalog.feeds.read import FeedFormat, FeedUnreadable, read_feed, recognise
from catalog.feeds.text import MAX_FREE_EXPANSION_BYTES
from catalog.tests.feeds.factories import compress, make_stream

TABLE = b"id\ttitle\tprice\n1\tDress\t5 EUR\n"
COMPRESSED = compress(
    TABLE + b"".join(b"%d\tDress %d\t5 EUR\n" % (one, one * 7919 % 1000) for one in range(999))
)
BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><id>1</id><title>&b;</title></item></channel></rss>"""
EXTERNAL = b"""<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<rss><channel><item><id>1</id><title>&x;</title></item></channel></rss>"""
PAGES = (
    b"<!DOCTYPE html><html><body>Sign in</body></html>",
    b"\xef\xbb\xbf\n <!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
    b"<html lang='en'><title>Sign in</title></html>",
    b"<?xml version='1.0'?><!-- Sign in --><!DOCTYPE html><html/>",
)


def make_workbook() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return file.getvalue()


def read_code(data: bytes) -> str:
    with pytest.raises(FeedUnreadable) as refused:
        list(read_feed(make_stream(data)))
    assert refused.value.message.endswith(".")
    assert refused.value.status_code == 400
    return refused.value.code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "feed_empty"),
        (b" \n\n", "feed_empty"),
        (b"\xef\xbb\xbf", "feed_empty"),
        *((page, "feed_is_page") for page in PAGES),
        (make_workbook(), "feed_binary"),
        (b"%PDF-1.7\n%text", "feed_binary"),
        (bytes(range(256)) * 20, "feed_binary"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 9, "feed_binary"),
        (compress(compress(TABLE)), "feed_binary"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "feed_format_unknown"),
        (b'[{"external_id": "1"}]', "feed_format_unknown"),
        (b"one,two\n1,2\n", "feed_format_unknown"),
        (b"just some text", "feed_format_unknown"),
        (BOMB, "feed_xml_doctype"),
        (EXTERNAL, "feed_xml_doctype"),
        (b"<rss>" + b"<a>" * 200, "feed_xml_too_deep"),
        (b"<rss><item>" + b"<a>" * 200, "feed_xml_too_deep"),
        (COMPRESSED[:-200], "feed_truncated"),
        (COMPRESSED[:500] + b"?" * 500, "feed_damaged"),
        (compress(TABLE + b"x" * MAX_FREE_EXPANSION_BYTES * 2), "feed_too_large"),
    ],
)
def test_refuses(data, code):
    assert read_code(data) == code


@pytest.mark.parametrize(
    ("data", "format", "missing"),
    [
        (b"id\tprice\n1\t5\n", "google_tsv", "title"),
        (b"sku,price\n1,5\n", "magento", "name"),
        (b"Handle,Vendor\na,b\n", "shopify", "title"),
        (b"name,price\n1,5\n", "csv", "external id"),
        (b'"id\n1\n', "google_csv", ""),
    ],
)
def test_names_the_columns_that_are_missing(data, format, missing):
    with pytest.raises(FeedUnreadable) as refused:
        list(read_feed(make_stream(data), format=format))
    assert refused.value.code == "feed_columns_missing"
    assert missing in refused.value.message


@pytest.mark.parametrize("format", FeedFormat)
@pytest.mark.parametrize(
    ("data", "code"), [(b" ", "feed_empty"), (PAGES[0], "feed_is_page"), (b"%PDF-1", "feed_binary")]
)
def test_refuses_the_same_if_a_format_is_named(data, code, format):
    with pytest.raises(FeedUnreadable) as refused:
        list(read_feed(make_stream(data), format=format))
    assert refused.value.code == code


def test_many_comments_before_a_page_take_no_longer_than_others():
    with pytest.raises(FeedUnreadable) as refused:
        recognise(make_stream(b"<!-- -->" * 5000 + b"<none>"))
    assert refused.value.code == "feed_format_unknown"


def test_the_stream_is_rewound():
    stream = make_stream(TABLE)
    recognise(stream)
    assert stream.tell() == 0
