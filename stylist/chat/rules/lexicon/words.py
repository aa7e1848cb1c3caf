"""Words that the rules understand in addition to the vocabulary of garments, and advice on care."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def _read_toml(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))


def _list_words(table: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each word, from a table of values with their comma-separated words."""
    return {word: value for value, words in table.items() for word in words.split(", ")}


# Common English words that do not name clothes: never taken for a misspelt garment.
COMMON = frozenset((FOLDER / "common_words.txt").read_text("utf-8").split())
OCCASION_WORDS = _list_words(_read_toml("occasions.toml"))

CARE_LABEL = "The care label inside has the last word."
CARE: Mapping[str, str] = _read_toml("care.toml")["advice"]
FIBRE_OF = _list_words(_read_toml("care.toml")["fibres"])
