"""What is true of a photo, and which captions are therefore true of it.

A fact is a tag, "field:value" ("colour:red"). Of a photo some tags are true, some unknown (a real
photo's pattern is labelled by nobody), and all others false; a caption claims some tags. From this
follows, for every photo and caption of a batch, whether they belong together, must not, or cannot
be said: the contrastive loss pulls, pushes, or looks away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.bool_]


def field_of(tag: str) -> str:
    """Return what a tag is about: "colour" of "colour:red"."""
    return tag.split(":", 1)[0]


@dataclass(frozen=True)
class PhotoLabels:
    """The tags that are true of one photo, and those (or whole fields, "pattern:*") unknown."""

    true: frozenset[str]
    unknown: frozenset[str] = frozenset()

    def of(self, field: str) -> list[str]:
        """Return the true values of a field, sorted."""
        return sorted(tag.split(":", 1)[1] for tag in self.true if tag.startswith(f"{field}:"))

    def knows(self, tag: str) -> bool:
        """Return whether the tag is either true or false, rather than unknown."""
        return tag in self.true or not ({tag, f"{field_of(tag)}:*"} & self.unknown)


@dataclass(frozen=True)
class Caption:
    """A text and the tags that it claims."""

    text: str
    claims: tuple[str, ...]


COLOUR_FIELDS = ("colour:", "shade:", "accent:")


@dataclass(frozen=True)
class TruthRows:
    """What is true and what is known of some photos over a table's tags, both (photos, tags)."""

    column: Mapping[str, int]
    true: Truth
    known: Truth

    def against(self, captions: Sequence[Caption]) -> tuple[Truth, Truth]:
        """Return (holds, unsure), each (photos, captions)."""
        claims = np.zeros((len(captions), len(self.column)), dtype=np.float32)
        for row, caption in zip(claims, captions, strict=True):
            row[[self.column[tag] for tag in caption.claims]] = 1
        holds = self.true.astype(np.float32) @ claims.T == claims.sum(axis=1)
        refuted = (self.known & ~self.true).astype(np.float32) @ claims.T > 0
        return holds, ~holds & ~refuted


class TruthTable:
    """PhotoLabels of many photos over a fixed list of tags, as matrices."""

    def __init__(self, facts: Sequence[PhotoLabels], tags: Sequence[str]) -> None:
        """Take facts and the tags, sorted; `fields` are the slices of the tags' columns."""
        self.tags = list(tags)
        self.fields = {
            field: slice(self.tags.index(group[0]), self.tags.index(group[-1]) + 1)
            for field, group in (
                (field, list(group)) for field, group in groupby(self.tags, key=field_of)
            )
        }
        self._column = {tag: k for k, tag in enumerate(tags)}
        self._true = np.array([[tag in f.true for tag in tags] for f in facts], dtype=np.bool_)
        self._known = np.array([[f.knows(tag) for tag in tags] for f in facts], dtype=np.bool_)
        self._is_colour = np.array([tag.startswith(COLOUR_FIELDS) for tag in tags])

    def of(self, rows: NDArray[np.intp], recoloured: Truth) -> TruthRows:
        """Return the truth of these rows; of the recoloured ones (photos,) no colour is known."""
        hidden = recoloured[:, None] & self._is_colour
        return TruthRows(self._column, self._true[rows] & ~hidden, self._known[rows] & ~hidden)
