"""Text of a language model as plain text: no links, no markup, no control characters.

A stream is cut into units at the ends of lines and sentences, never inside a bracket or a tag, and
each unit is cleaned separately. The cuts depend on the text alone and not on its chunks.
`[item:ID]` and `[outfit:ID]` stay as they are; `REMOVED` replaces an address.
"""

import html
import re
import unicodedata

MAX_UNIT_LENGTH = 600  # characters
MAX_BRACKET_LENGTH = 200  # characters; a longer one counts as never closed
REMOVED = "\ue000"

_ENDS = ".!?"
_TOKEN = re.compile(r"\s*(?:item|outfit)\s*:[^\[\]]*", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\[\]]*\](?:\([^()]*\)|\[[^\[\]]*\])?")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\([^()]*\)?|\[(?!\s*(?:item|outfit)\s*:)[^\[\]]*\])", re.I)
_DEFINITION = re.compile(r"^[ \t]*\[[^\[\]]*\]:[ \t]+\S+.*$", re.MULTILINE)
_TAG = re.compile(r"<[A-Za-z/!?][^<>]*(?:>|$)")
_SCHEME = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{0,20}:/+[^\s<>()\[\]]*|(?:javascript|data|mailto|tel):[^\s<>\[\]]*|://+",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"\[\s*(\[\s*(?:item|outfit)\s*:[^\[\]]*\])\s*\](?:\([^()]*\))?", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+'-]{1,64}@[\w.-]+")
_DOMAIN = re.compile(
    r"\b(?:www\.\S+|(?:[\w-]{1,63}\.){1,8}(?:com|net|org|io|shop|store|example|info|biz|co|de|uk|fr|"
    r"it|es|eu|nl|ru|cn|app|dev|xyz|ly|me|link|click|site|online|test|top|ai|gg|tv)\b"
    r"(?:[/:?#]\S*)?|(?:\d{1,3}\.){3}\d{1,3}\S*)",
    re.IGNORECASE,
)
_LINE_MARK = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+•][ \t]+|[-=*_]{3,}[ \t]*$)", re.MULTILINE
)
_EMPHASIS = re.compile(r"[*`~|\\]+|(?<!\w)_+|_+(?!\w)")


class PlainStream:
    """Turns chunks into units of plain text; each unit ends a line or a sentence."""

    def __init__(self) -> None:
        self._buffer = ""

    def feed(self, chunk: str) -> list[str]:
        """Add a chunk; return the units that it completes, each with the white space before it."""
        self._buffer += chunk
        return self._cut(is_end=False)

    def finish(self) -> list[str]:
        """Return the units left at the end of the stream."""
        units = self._cut(is_end=True)
        rest, self._buffer = clean(self._buffer), ""
        return [*units, rest] if rest else units

    def _cut(self, *, is_end: bool) -> list[str]:
        units = []
        while cut := _find_cut(self._buffer, is_end=is_end):
            units.append(clean(self._buffer[:cut]))
            self._buffer = self._buffer[cut:]
        return [unit for unit in units if unit]


def to_plain_text(text: str) -> str:
    """Return a whole text as plain text, without addresses and without `REMOVED`."""
    while (cleaned := _remove_addresses(text)) != text:
        text = cleaned
    return text


def _remove_addresses(text: str) -> str:
    stream = PlainStream()
    return re.sub(f" ?{REMOVED}", "", "".join((*stream.feed(text), *stream.finish())))


def clean(unit: str) -> str:
    """Return one unit without markup; repeated, as removing some may reveal more."""
    while (cleaned := _clean_once(unit)) != unit:
        unit = cleaned
    return unit


def _clean_once(unit: str) -> str:
    unit = unicodedata.normalize("NFKC", html.unescape(unit))
    unit = "".join(c for c in unit if c in _PRINTABLE or unicodedata.category(c) not in _UNPRINTED)
    unit = _WRAPPED.sub(r"\1", _IMAGE.sub("", unit))
    unit = _LINK.sub(
        lambda found: f"[{found[1]}]" if _TOKEN.fullmatch(found[1]) else found[1], unit
    )
    unit = _TAG.sub("", _DEFINITION.sub("", unit))
    for address in (_SCHEME, _MAIL, _DOMAIN):
        unit = address.sub(REMOVED, unit)
    unit = _EMPHASIS.sub("", _LINE_MARK.sub("", unit)).replace("](", "] (")
    return re.sub(r"[ \t]{2,}", " ", unit)


_PRINTABLE = {"\n", REMOVED}
_UNPRINTED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def _find_cut(text: str, *, is_end: bool) -> int:
    """Return where the first unit ends, or 0 if more text is needed to know."""
    place = 0
    while place < min(len(text), MAX_UNIT_LENGTH):
        closing = _find_closing(text, place)
        if closing:
            end = text.find(closing, place, place + MAX_BRACKET_LENGTH)
            if end < 0 and not is_end and len(text) < place + MAX_BRACKET_LENGTH:
                return 0
            place = max(place, end)
        elif text[place] == "\n":
            return place + 1
        elif text[place] in _ENDS and (after := text[place + 1 : place + 2]).isspace():
            return place + len(after)
        place += 1
    if len(text) <= MAX_UNIT_LENGTH:
        return 0
    space = max(text.rfind(" ", 1, MAX_UNIT_LENGTH), text.rfind("\n", 1, MAX_UNIT_LENGTH))
    return space if space > 0 else MAX_UNIT_LENGTH


def _find_closing(text: str, place: int) -> str:
    """Return the closing character of a bracket, address or tag that begins at a place, or ""."""
    character = text[place]
    if character == "(" and text[place - 1 : place] == "]":
        return ")"
    return {"[": "]", "<": ">"}.get(character, "")
