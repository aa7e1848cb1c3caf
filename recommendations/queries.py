"""What is asked: words, photos and images of the catalogue, each for or against, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from catalog.facets import FacetFilter
from catalog.models import VectorIndex
from core.errors import Conflict, DomainError
from core.ml.vectors import Vectors
from recommendations.matching import Match
from recommendations.pool import embeddings_of
from recommendations.prompts import find_vectors, photo_payload, text_payload


@dataclass(frozen=True, slots=True)
class Term:
    """A text, and how much it is wanted; below 0, not wanted."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """An image of the catalogue to be like, or unlike."""

    image: UUID
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PhotoPart:
    """A photo, or a region of one, as a JPEG; and how much it is wanted."""

    jpeg: bytes
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that decides an answer; `asked` is how the caller put it, for the record."""

    terms: tuple[Term, ...] = ()
    photos: tuple[PhotoPart, ...] = ()
    images: tuple[Likeness, ...] = ()
    shopper: str | None = None
    session: str = ""
    count: int = 10
    facets: FacetFilter = field(default_factory=FacetFilter)
    min_match: Match = Match.NONE
    diversity: float | None = None
    by_item: bool = True
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def share_of_text(self) -> float:
        """Return how much of what is asked is words, from 0 to 1."""
        texts = sum(abs(term.weight) for term in self.terms)
        pictures = sum(abs(photo.weight) for photo in self.photos)
        pictures += sum(abs(like.weight) for like in self.images)
        return texts / (texts + pictures) if texts else 0.0

    @property
    def words(self) -> str:
        """Return all the words that are wanted."""
        return " ".join(term.text for term in self.terms if term.weight > 0)


class NothingWanted(DomainError):
    """Only negatives, or weights that cancel out: there is no direction to look in."""

    code = "nothing_wanted"

    def __init__(self) -> None:
        super().__init__("Say at least one thing that is wanted, with a weight above 0.")


class ImageNotIndexed(Conflict):
    """An image to be like waits to be embedded."""

    code = "image_not_indexed"

    def __init__(self, ids: Sequence[UUID]) -> None:
        names = [str(pk) for pk in ids]
        super().__init__("These images are not indexed yet; ask again shortly.", images=names)


@dataclass(frozen=True, slots=True)
class Direction:
    """Where to look, float32 (d,) with norm 1, and who gave the vectors: cache or encoder."""

    vector: Vectors
    sources: list[str]


def resolve(query: Query, index: VectorIndex) -> Direction | None:
    """Return the weighted sum of all that is asked; None where a query asks for nothing.

    Raises `NothingWanted`, `ImageNotIndexed`, and `Unavailable` past the deadline.
    """
    parts = [(text_payload(term.text), term.weight) for term in query.terms]
    parts += [(photo_payload(photo.jpeg), photo.weight) for photo in query.photos]
    if not parts and not query.images:
        return None
    weights = [weight for _, weight in parts] + [like.weight for like in query.images]
    if max(weights) <= 0:
        raise NothingWanted
    known = find_vectors(index=index, payloads=[payload for payload, _ in parts])
    vectors = [found.vector for found in known] + _likenesses(query.images, index)
    direction = np.tensordot(np.array(weights, np.float32), np.stack(vectors), axes=1)
    length = float(np.linalg.norm(direction))
    if length < 1e-6:
        raise NothingWanted
    sources = ["encoder"] if any(found.source == "encoder" for found in known) else ["cache"]
    return Direction(direction / length, sources if known else [])


def _likenesses(images: Sequence[Likeness], index: VectorIndex) -> list[Vectors]:
    if not images:
        return []
    found = embeddings_of(index, [like.image for like in images])
    if missing := [like.image for like in images if like.image not in found]:
        raise ImageNotIndexed(missing)
    return [found[like.image] for like in images]
