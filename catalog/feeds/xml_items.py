"""Read the items of RSS and the entries of Atom in bounded memory, and go on after errors.

Documents with a type declaration are refused, and with them every entity of their own: they can
expand to gigabytes or name files of this machine.
"""

import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from catalog.feeds.errors import FeedUnreadable
from catalog.feeds.tables import TOO_LONG, BrokenRecord
from catalog.feeds.text import MAX_LINE_LENGTH

GOOGLE_NAMESPACE = "http://base.google.com/ns/1.0"
ITEMS = frozenset({"item", "entry"})
MAX_DEPTH = 100
# Elements that occur several times in an item; of others, the first counts.
REPEATED = frozenset({"additional_image_link"})
_ITEM = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_MARGIN = 40

Item = dict[str, str]


class _Items:
    """The handlers of one parser: they collect items."""

    def __init__(self, path: Iterable[str] = (), prefix: str = "g:") -> None:
        self.found: list[Item | BrokenRecord] = []
        # The open elements around items, and the prefix of Google's namespace.
        self.path: list[str] = []
        self.prefix = prefix
        self.is_in_item = False
        self.is_quiet = True
        self._depth = 0
        self._size = 0
        self._tag = ""
        self._text: list[str] = []
        self._google: Item = {}
        self._plain: Item = {}
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = _refuse_doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._add
        # How many bytes the parser has received.
        self.fed = 0
        self.feed("".join(f"<{tag}>" for tag in path).encode(), is_last=False)

    def feed(self, data: bytes, *, is_last: bool) -> None:
        self.is_quiet = True
        self.parser.Parse(data, is_last)
        self.fed += len(data)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.is_quiet = False
        if self.is_in_item:
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise _too_deep()
            self._size += len(tag)
            # What is nested deeper, such as the price of shipping, is not the item's.
            self._tag = tag if self._depth == 1 else ""
            self._text = []
            if tag == "link" and (link := attributes.get("href")):
                self._text.append(link)
        elif tag.rpartition(":")[2] in ITEMS:
            self.is_in_item, self._depth, self._size = True, 0, 0
            self._google, self._plain = {}, {}
        else:
            self.path.append(tag)
            if len(self.path) > MAX_DEPTH:
                raise _too_deep()
            for name, value in attributes.items():
                if value == GOOGLE_NAMESPACE and name.startswith("xmlns:"):
                    self.prefix = f"{name[6:]}:"

    def _end(self, tag: str) -> None:
        self.is_quiet = False
        if not self.is_in_item:
            self.path.pop()
        elif self._depth == 0:
            self.is_in_item = False
            is_too_long = self._size > MAX_LINE_LENGTH
            self.found.append(TOO_LONG if is_too_long else self._plain | self._google)
        else:
            if self._tag == tag and self._depth == 1:
                self._set(tag, "".join(self._text).strip())
            self._depth -= 1
            self._tag = ""

    def _add(self, text: str) -> None:
        self.is_quiet = False
        if self._tag:
            self._size += len(text)
            if self._size <= MAX_LINE_LENGTH:
                self._text.append(text)

    def _set(self, tag: str, text: str) -> None:
        fields = self._plain
        if tag.startswith(self.prefix):
            fields, tag = self._google, tag.removeprefix(self.prefix)
        if not text or ":" in tag:
            return
        if tag in REPEATED and tag in fields:
            fields[tag] = f"{fields[tag]}\n{text}"
        else:
            fields.setdefault(tag, text)


def split_items(chunks: Iterable[str]) -> Iterator[tuple[int, Item | BrokenRecord]]:
    """Yield the number of each item, from 1, and the texts of its elements.

    Elements of Google's namespace have no prefix, and come before those of RSS and Atom. An item
    that is not well-formed is a `BrokenRecord`; reading continues with the next one.
    """
    number = quiet = 0
    source = _Bytes(chunks)
    items = _Items()
    while True:
        data = source.read()
        broken: BrokenRecord | None = None
        rest = b""
        try:
            items.feed(data, is_last=not data)
            # The parser holds a tag until its end has come.
            quiet = quiet + len(data) if items.is_quiet else 0
            if quiet > MAX_LINE_LENGTH:
                broken = TOO_LONG
        except expat.ExpatError as error:
            broken = _describe(error, is_end=not data)
            rest = data[max(0, items.parser.ErrorByteIndex - items.fed) :]
        for item in items.found:
            number += 1
            yield number, item
        items.found.clear()
        if broken:
            number += 1
            yield number, broken
            if not source.skip_to_item(rest):
                return
            quiet = 0
            items = _Items(items.path, items.prefix)
        elif not data:
            return


class _Bytes:
    """The text of a document as UTF-8, in which one can skip to the next item."""

    def __init__(self, chunks: Iterable[str]) -> None:
        self._chunks = (chunk.encode("utf-8", "replace") for chunk in chunks if chunk)
        # An empty line before the declaration is a usual mistake of PHP, and an error of XML.
        self._next = next(self._chunks, b"").lstrip()

    def read(self) -> bytes:
        """Return the next bytes, none at the end."""
        data, self._next = self._next, b""
        return data or next(self._chunks, b"")

    def skip_to_item(self, rest: bytes) -> bool:
        """Continue at the next item after the beginning of `rest`; return whether there is one."""
        start = 1
        while not (found := _ITEM.search(rest, start)):
            start = 0
            chunk = next(self._chunks, b"")
            if not chunk:
                return False
            rest = rest[-_MARGIN:] + chunk
        self._next = rest[found.start() :]
        return True


def _describe(error: expat.ExpatError, *, is_end: bool) -> BrokenRecord:
    reason = expat.ErrorString(error.code)
    if is_end:
        return BrokenRecord(
            "xml_truncated", "The file ends too early: send the whole file.", reason
        )
    return BrokenRecord("xml_invalid", f"Correct the XML at line {error.lineno}: {reason}.", reason)


def _refuse_doctype(*_: object) -> None:
    raise FeedUnreadable(
        "XML feeds must not have a document type or entities of their own. Remove <!DOCTYPE …>.",
        code="feed_xml_doctype",
    )


def _too_deep() -> FeedUnreadable:
    return FeedUnreadable("The XML is nested too deeply to be a feed.", code="feed_xml_too_deep")
