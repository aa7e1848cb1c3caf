"""Labels of photos, and whether captions are true for them.

A tag is "field:value", such as "colour:red". For a photo some tags are true, some unknown (nobody
has labelled the patterns of real photos), and all others false. A caption claims some tags. So each
caption is true, false or undecided for a photo: the contrastive loss pulls the two together, pushes
them apart, or ignores them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.bool_]


def field_of(tag: str) -> str:
    """Return the field of a tag: "colour" of "colour:red"."""
    return tag.split(":", 1)[0]


@dataclass(frozen=True)
class PhotoLabels:
    """The tags that are true for one photo, and those (or whole fields, "pattern:*") unknown."""

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
    """Which tags are true and which are known for some photos, both (photos, tags)."""

    column: Mapping[str, int]
    true: Truth
    known: Truth

    def against(self, captions: Sequence[Caption]) -> tuple[Truth, Truth]:
        """Return whether captions are true, and whether undecided, both (photos, captions)."""
        claims = np.zeros((len(captions), len(self.column)), dtype=np.float32)
        for row, caption in zip(claims, captions, strict=True):
            row[[self.column[tag] for tag in caption.claims]] = 1
        holds = self.true.astype(np.float32) @ claims.T == claims.sum(axis=1)
        refuted = (self.known & ~self.true).astype(np.float32) @ claims.T > 0
        return holds, ~holds & ~refuted


class TruthTable:
    """Labels of many photos for a fixed list of tags, as matrices."""

    def __init__(self, labels: Sequence[PhotoLabels], tags: Sequence[str]) -> None:
        """Take labels, and the tags sorted; `fields` has the slice of columns of each field."""
        self.tags = list(tags)
        self.fields = {
            field: slice(self.tags.index(group[0]), self.tags.index(group[-1]) + 1)
            for field, group in (
                (field, list(group)) for field, group in groupby(self.tags, key=field_of)
            )
        }
        self._column = {tag: k for k, tag in enumerate(tags)}
        self._true = np.array([[tag in f.true for tag in tags] for f in labels], dtype=np.bool_)
        self._known = np.array([[f.knows(tag) for tag in tags] for f in labels], dtype=np.bool_)
        self._is_colour = np.array([tag.startswith(COLOUR_FIELDS) for tag in tags])

    def of(self, rows: NDArray[np.intp], recoloured: Truth) -> TruthRows:
        """Return the truth of these rows; without colours for the recoloured ones (photos,)."""
        hidden = recoloured[:, None] & self._is_colour
        return TruthRows(self._column, self._true[rows] & ~hidden, self._known[rows] & ~hidden)
