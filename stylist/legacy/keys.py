"""The API keys of the old systems: which there were, and whose rows an import is about.

A key of the old systems is stored in plain text, and so never becomes one of Atelier's.
"""

from collections import Counter
from dataclasses import dataclass

from core.errors import DomainError
from stylist.legacy.moves import LegacyMove, LegacyTable
from stylist.legacy.sources.rows import LegacyRow

API_KEYS = LegacyTable("API keys", frozenset({"listapikey", "listapikeys"}))
MAX_KEYS = 10_000
SHOWN_CHARACTERS = 4


class OldKeyUnclear(DomainError):
    """The rows are of several shops, and the import does not say of which."""

    code = "old_key_unclear"


@dataclass(frozen=True, slots=True)
class OldKey:
    """A key: what rows refer to it by, its text if it is known, and the number of its images."""

    reference: str
    text: str
    images: int

    def describe(self) -> str:
        """Return a line that identifies the key and does not reveal it."""
        text = f" ({_mask(self.text)})" if self.text and self.text != self.reference else ""
        return f"{_mask(self.reference)}{text}: {self.images:,} images"

    def begins_with(self, name: str) -> bool:
        """Return whether this is the key that `describe` shows the beginning of."""
        begin = name.removesuffix("…")
        is_enough = len(begin) >= SHOWN_CHARACTERS
        return is_enough and any(text.startswith(begin) for text in (self.reference, self.text))


def list_old_keys(move: LegacyMove, images: LegacyTable) -> list[OldKey]:
    """Return the keys that there were, also those that only images name."""
    texts: dict[str, str] = {}
    for row in move.read(API_KEYS):
        text = row.find("key", "apikey", "name")
        reference = row.find("id", "apikeyid", "apikey", "key")
        if reference and len(texts) < MAX_KEYS:
            texts[reference] = text
    counts = Counter(dict.fromkeys(texts, 0))
    for image in move.source.read(images.keys):
        if isinstance(image, LegacyRow) and (len(counts) < MAX_KEYS or read_key(image) in counts):
            counts[read_key(image)] += 1
    return [OldKey(key, texts.get(key, ""), number) for key, number in counts.items() if key]


def choose_key(keys: list[OldKey], name: str) -> OldKey | None:
    """Return the key that rows must have; None if there is no choice.

    Raises `OldKeyUnclear`: rows of several shops must never end in one.
    """
    found = [key for key in keys if not name or key.reference == name]
    found = found or [key for key in keys if key.begins_with(name)]
    if len(found) == 1:
        return found[0]
    if not found and not name:
        return None
    listed = "".join(f"\n  {key.describe()}" for key in keys)
    raise OldKeyUnclear(f"Choose one of these keys with --old-key:{listed}")


def read_key(row: LegacyRow) -> str:
    """Return the reference to a key in an image or a prompt."""
    return row.find("apikeyid", "apikey")


def _mask(text: str) -> str:
    return text if text.isdigit() else f"{text[:SHOWN_CHARACTERS]}…"
