"""Measure prompts in other languages: the same first photo as for the English prompt."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.indexing.garment_vectors import PhotoVectors
from core.ml.encoder import Encoder

Pairs = Mapping[str, str]  # prompt -> the English prompt for the same thing


@dataclass(frozen=True)
class LanguageFigures:
    """The number of prompts of a language, and those with another first photo than in English."""

    language: str
    prompts: int
    different: Sequence[tuple[str, str]]  # prompt and English prompt

    @property
    def same(self) -> float:
        return 1 - len(self.different) / self.prompts


def read_languages() -> dict[str, Pairs]:
    """Return the pairs of this package by language."""
    path = Path(__file__).with_name("prompts") / "languages.toml"
    return tomllib.loads(path.read_text("utf-8"))


def measure_language(
    encoder: Encoder,
    vectors: PhotoVectors,
    language: str,
    pairs: Pairs,
    *,
    read: Callable[[str], str],
) -> LanguageFigures:
    """Search the photos in both languages; `read` returns the text to encode of a prompt."""
    firsts = [
        vectors.score(encoder.encode_texts([read(text) for text in texts])).argmax(axis=1)
        for texts in (list(pairs), list(pairs.values()))
    ]
    different = [
        pair for pair, ours, english in zip(pairs.items(), *firsts, strict=True) if ours != english
    ]
    return LanguageFigures(language, len(pairs), different)
