"""What is asked: words, photos and images of the catalogue, each for or against, and by whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from catalog.indexing.facets import FacetFilter
from catalog.models import VectorIndex
from core.errors import Conflict, DomainError
from core.ml.vector_store import Vectors
from recommendations.query.vectors import Asked, ask_vectors, photo_payload, text_payload
from recommendations.ranking.candidate_pool import embeddings_of
from recommendations.ranking.match import Match


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
    def weights(self) -> list[float]:
        """Return the weights of all that is asked: of texts, photos and images, in this order."""
        parts: list[Term | PhotoPart | Likeness] = [*self.terms, *self.photos, *self.images]
        return [part.weight for part in parts]

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
    """Where to look, float32 (d,) with norm 1, and who gave the vectors: cache or encoder.

    `text` (d,) is the mean of the texts that are wanted, None where pictures are wanted, too.
    `by_text` (0 to 1) of what is asked is words and the rest photos. `wanted` (0 to 1) is the
    length of what is asked for, of its length with what is asked not to be.
    """

    vector: Vectors
    sources: list[str]
    text: Vectors | None = None
    by_text: float = 0.0
    wanted: float = 1.0


def ask(query: Query, index: VectorIndex) -> Asked:
    """Send what is to be encoded to the worker; raises `NothingWanted` and `Unavailable`."""
    if query.weights and max(query.weights) <= 0:
        raise NothingWanted
    payloads = [text_payload(term.text) for term in query.terms]
    payloads += [photo_payload(photo.jpeg) for photo in query.photos]
    return ask_vectors(index=index, payloads=payloads)


def resolve(query: Query, index: VectorIndex, asked: Asked) -> Direction | None:
    """Return the weighted sum of all that is asked; None where a query asks for nothing.

    Raises `NothingWanted`, `ImageNotIndexed`, and `Unavailable` past the deadline.
    """
    if not query.weights:
        return None
    weights = np.array(query.weights, np.float32)
    known = asked.receive()
    vectors = np.stack([found.vector for found in known] + _likenesses(query.images, index))
    direction = weights @ vectors
    length = float(np.linalg.norm(direction))
    if length < 1e-6:
        raise NothingWanted
    sources = ["encoder"] if any(found.source == "encoder" for found in known) else ["cache"]
    wanted, texts = np.maximum(weights, 0), len(query.terms)
    return Direction(
        direction / length,
        sources if known else [],
        text=None if wanted[texts:].any() else wanted[:texts] @ vectors[:texts] / wanted.sum(),
        by_text=float(np.abs(weights[:texts]).sum() / np.abs(weights).sum()),
        wanted=float(np.linalg.norm(wanted) / np.linalg.norm(weights)),
    )


def _likenesses(images: Sequence[Likeness], index: VectorIndex) -> list[Vectors]:
    if not images:
        return []
    found = embeddings_of(index, [like.image for like in images])
    if missing := [like.image for like in images if like.image not in found]:
        raise ImageNotIndexed(missing)
    return [found[like.image] for like in images]
