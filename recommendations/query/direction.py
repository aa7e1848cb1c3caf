"""Queries: their vector, and how well an image matches them.

The web process never holds a model; a query's vector comes from the cache, or from the worker's
`encode_query` within a deadline. Vectors are float32 (d,) with norm 1.

Similarities are cosines (-1 to 1). Which similarity counts as a match differs between encoders and
shops, and photos are more similar to photos than texts are. Thresholds are therefore measured for
each index, for texts and for photos; see `catalog.indexing.calibration`. A text that is not about
clothing, or has no known word, matches nothing, and an image of another kind, colour or pattern
than the text names is no strong match.
"""

import base64
import hashlib
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from django.conf import settings

from catalog.facts.descriptions import Description, describe_wish
from catalog.indexing.indexes import decode_embedding
from catalog.models import VectorIndex
from catalog.search.facet_counts import CountedFacet
from catalog.search.filters import FacetFilter
from catalog.search.public_images import read_embeddings
from catalog.vocabulary.kinship import find_kinds
from core.errors import Conflict, DomainError
from core.jobs import rpc
from core.ml.batching import EncoderBusy
from core.ml.vector_store import Vectors
from recommendations.query.constraints.exclusions import Exclusion
from recommendations.query.people import Wearer
from recommendations.query.synonyms import SynonymUse
from recommendations.query.understanding import Understanding
from recommendations.ranking.match import Match
from recommendations.tasks import FAILURE, PHOTO, TEXT, encode_query


class AnswerOrder(StrEnum):
    """The orders of answers."""

    RELEVANCE = "relevance"
    PRICE = "price"
    DEAREST = "-price"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The lowest similarities of a weak and of a strong match."""

    weak: float
    strong: float

    @property
    def are_out_of_reach(self) -> bool:
        return math.isinf(self.weak)

    def judge(self, similarity: float) -> Match:
        if similarity >= self.strong:
            return Match.STRONG
        return Match.WEAK if similarity >= self.weak else Match.NONE


NOTHING_MATCHES = Thresholds(weak=math.inf, strong=math.inf)


def find_thresholds(
    calibration: Mapping[str, Any], *, text: Vectors | None, by_text: float, wanted: float = 1.0
) -> Thresholds | None:
    """Return the thresholds of a query on an index; None until the index is calibrated.

    `text`, `by_text` and `wanted` describe the query as in `Direction`.
    """
    if "axis" not in calibration:
        return None
    if text is not None:
        axis = decode_embedding(base64.b64decode(calibration["axis"]))
        if text @ axis < calibration["axis_least"]:
            return NOTHING_MATCHES  # the text is not about clothing

    weak, strong = (
        # Negative parts of a query lower the highest similarity that an image can have.
        float(wanted * (by_text * calibration[name] + (1 - by_text) * calibration[f"photo_{name}"]))
        for name in ("weak", "strong")
    )
    return Thresholds(weak=weak, strong=strong)


def bound_match(
    match: Match, *, wanted: Description, known: Description, is_whole: bool = False
) -> Match:
    """Return the match of an image, given what is known of it.

    It is at most weak for an image that is known not to be what is wanted, and at least weak for
    one of the wanted kind. It is strong for one that is known to have the wanted kind, colour and
    pattern if these are the whole wish (`is_whole`).
    """
    if match is Match.STRONG and wanted.contradicts(known):
        return Match.WEAK
    if is_whole and wanted.is_met_by(known):
        return Match.STRONG
    if match is Match.NONE and wanted.fits(known):
        return Match.WEAK
    return match


@dataclass(frozen=True, slots=True)
class Term:
    """A text and its weight; results should not fit a text with a weight below 0."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class PhotoTerm:
    """A photo, or a region of one, as a JPEG, and its weight."""

    jpeg: bytes
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class ImageTerm:
    """An image of the catalogue and its weight."""

    image: UUID
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that decides an answer; `request` is the request's body, stored for the shop.

    `cursor`: the id of the first page, for the pages after it. `is_interpreted`: whether prices,
    exclusions and the like are read from wanted texts.

    `understand_query` sets the rest. `understandings` and `wanted_texts`: what is encoded for each
    of `terms`, and what is left of its own words without what was read from them. `understood`: the
    meaning of all texts. `exclusions`: what no result may have. `wearer`: whom garments are for.
    `is_order_read`: whether `order` is from the texts, and holds among equally good matches.
    """

    terms: tuple[Term, ...] = ()
    photos: tuple[PhotoTerm, ...] = ()
    images: tuple[ImageTerm, ...] = ()
    shopper: str | None = None
    session: str = ""
    count: int = 10
    facets: FacetFilter = field(default_factory=FacetFilter)
    min_match: Match = Match.WEAK
    diversity: float | None = None
    by_item: bool = True
    order: AnswerOrder = AnswerOrder.RELEVANCE
    cursor: UUID | None = None
    counted: tuple[CountedFacet, ...] = ()
    with_related: bool = False
    request: dict[str, Any] = field(default_factory=dict)
    is_interpreted: bool = True
    understandings: tuple[Understanding, ...] = ()
    wanted_texts: tuple[str, ...] = ()
    understood: Understanding | None = None
    exclusions: tuple[Exclusion, ...] = ()
    wearer: Wearer | None = None
    is_order_read: bool = False

    @property
    def weights(self) -> list[float]:
        """Return the weights of texts, photos and images, in this order."""
        parts: list[Term | PhotoTerm | ImageTerm] = [*self.terms, *self.photos, *self.images]
        return [part.weight for part in parts]

    @property
    def is_browse(self) -> bool:
        """Return whether filters are all that says what is wanted."""
        return not self.weights and self.facets.has_conditions

    @property
    def words(self) -> str:
        """Return the texts with a weight above 0, joined by spaces."""
        return " ".join(term.text for term in self.terms if term.weight > 0)

    @property
    def wanted_words(self) -> str:
        """Return what is left of the texts with a weight above 0, joined by spaces."""
        texts = zip(self.terms, self.wanted_texts, strict=True)
        return " ".join(text for term, text in texts if term.weight > 0)

    @property
    def english_words(self) -> str:
        """Return what is encoded for the texts with a weight above 0, joined by spaces."""
        return " ".join(found.searched_for for found in self._wanted)

    @property
    def is_meaningless(self) -> bool:
        """Return whether texts say what is wanted, and no word of them is known."""
        return bool(self._wanted) and all(found.is_meaningless for found in self._wanted)

    @property
    def description(self) -> Description:
        """Return what the wanted texts state; nothing where photos or images are wanted.

        Texts for several garments have no colour or pattern in common.
        """
        if any(weight > 0 for weight in self.weights[len(self.terms) :]):
            return Description()
        wishes = [describe_wish(found.searched_for) for found in self._wanted]
        meanings = (find_kinds(meaning) for use in self.synonyms for meaning in use.meanings)
        kinds = frozenset[str]().union(*(wish.kinds for wish in wishes), *meanings)
        if sum(bool(wish.kinds) for wish in wishes) > 1:
            return Description(kinds)
        return Description(
            kinds,
            frozenset[str]().union(*(wish.colours for wish in wishes)),
            frozenset[str]().union(*(wish.patterns for wish in wishes)),
            frozenset[str]().union(*(wish.shades for wish in wishes)),
        )

    @property
    def is_description(self) -> bool:
        """Return whether `description` is all that is wanted, and of one garment."""
        return len(self.weights) == 1 and all(found.is_description for found in self._wanted)

    @property
    def synonyms(self) -> tuple[SynonymUse, ...]:
        """Return the shop's synonyms for phrases of the wanted texts."""
        return tuple(use for found in self._wanted for use in found.synonyms)

    @property
    def _wanted(self) -> list[Understanding]:
        """What the texts with a weight above 0 mean."""
        texts = zip(self.terms, self.understandings, strict=True)
        return [found for term, found in texts if term.weight > 0]


class NothingWanted(DomainError):
    """The query has no direction: all weights are negative, or they cancel out."""

    code = "nothing_wanted"

    def __init__(self) -> None:
        super().__init__("Name at least one thing that is wanted, with a weight above 0.")


class ImageNotIndexed(Conflict):
    """An image of the query has no embedding yet."""

    code = "image_not_indexed"

    def __init__(self, ids: Sequence[UUID]) -> None:
        names = [str(pk) for pk in ids]
        super().__init__("These images are not indexed yet; try again shortly.", images=names)


@dataclass(frozen=True, slots=True)
class PendingVectors:
    """Vectors found in the cache, by key, and the worker calls that will return the others.

    `keys` has one key for each payload. `deadline` is a time of `time.monotonic`.
    """

    keys: list[str]
    cached: Mapping[str, bytes]
    calls: Mapping[str, str]
    deadline: float

    @property
    def sources(self) -> list[str]:
        """Return what the vectors come from: the encoder, if it is needed for one of them."""
        return ["encoder" if self.calls else "cache"] if self.keys else []

    def receive(self) -> list[Vectors]:
        """Return the vectors in the order of the payloads; raises `EncoderBusy`."""
        encoded = {key: _receive(call, self.deadline) for key, call in self.calls.items()}
        for key, data in encoded.items():
            rpc.connection().set(key, data, ex=settings.QUERY_VECTOR_TTL_SECONDS)
        found = {**self.cached, **encoded}
        return [np.frombuffer(found[key], np.float32) for key in self.keys]


@dataclass(frozen=True, slots=True)
class Direction:
    """The vector that an answer is searched with, and the sources of its parts.

    `text` (d,): weighted mean of the wanted texts, None where photos or images are wanted too.
    `by_text`: share of texts in the sum of absolute weights, 0 to 1.
    `wanted`: ratio of the positive weights' norm to the norm of all weights, 0 to 1.
    `is_meaningless`: texts alone are wanted, and no word of them is known.
    `is_taste`: the shopper's taste, which describes nothing that images could match.
    """

    vector: Vectors
    sources: Sequence[str] = ()
    text: Vectors | None = None
    by_text: float = 0.0
    wanted: float = 1.0
    is_meaningless: bool = False
    is_taste: bool = False

    def find_thresholds(self, index: VectorIndex) -> Thresholds | None:
        """Return the similarities that count as matches; None if that is not known."""
        if self.is_taste:
            return None
        if self.is_meaningless:
            return NOTHING_MATCHES
        return find_thresholds(
            index.calibration, text=self.text, by_text=self.by_text, wanted=self.wanted
        )


def request_vectors(query: Query, index: VectorIndex) -> PendingVectors:
    """Start to encode an understood query's texts and photos.

    Raises `NothingWanted` and `EncoderBusy`.
    """
    if query.weights and max(query.weights) <= 0:
        raise NothingWanted
    texts = [pack_text(found.searched_for) for found in query.understandings]
    return call_encoder(texts + [PHOTO + photo.jpeg for photo in query.photos], index=index)


def call_encoder(payloads: Sequence[bytes], *, index: VectorIndex) -> PendingVectors:
    """Look up vectors in the cache and call the worker for the others, without waiting.

    All calls are sent at once, so that they share a forward pass. Raises `EncoderBusy`.
    """
    deadline = time.monotonic() + settings.ENCODE_DEADLINE_SECONDS
    keys = [make_cache_key(index, payload) for payload in payloads]
    found: Any = rpc.connection().mget(keys) if keys else []
    cached = {key: data for key, data in zip(keys, found, strict=True) if data is not None}
    missing = {key: data for key, data in zip(keys, payloads, strict=True) if key not in cached}
    calls = {key: _call(payload, index) for key, payload in missing.items()}
    return PendingVectors(keys, cached, calls, deadline)


def find_direction(query: Query, index: VectorIndex, pending: PendingVectors) -> Direction | None:
    """Return the weighted sum of a query's vectors; None where the query has no parts.

    Raises `NothingWanted`, `ImageNotIndexed` and `EncoderBusy`.
    """
    if not query.weights:
        return None
    weights = np.array(query.weights, np.float32)
    vectors = np.stack(pending.receive() + _read_images(query.images, index))
    direction = weights @ vectors
    length = float(np.linalg.norm(direction))
    if length < 1e-6:
        raise NothingWanted
    wanted, texts = np.maximum(weights, 0), len(query.terms)
    has_other_parts = bool(wanted[texts:].any())
    return Direction(
        direction / length,
        pending.sources,
        text=None if has_other_parts else wanted[:texts] @ vectors[:texts] / wanted.sum(),
        by_text=float(np.abs(weights[:texts]).sum() / np.abs(weights).sum()),
        wanted=float(np.linalg.norm(wanted) / np.linalg.norm(weights)),
        is_meaningless=query.is_meaningless and not has_other_parts,
    )


def pack_text(text: str) -> bytes:
    """Return the worker's request for a text; white space is made uniform."""
    return TEXT + " ".join(text.split()).encode()


def make_cache_key(index: VectorIndex, payload: bytes) -> str:
    """Return a key that contains the shop: response times must not reveal other shops' queries."""
    digest = hashlib.sha256(payload).hexdigest()
    return f"atelier:vector:{index.shop_id}:{index.encoder}@{index.revision}:{digest}"


def _read_images(images: Sequence[ImageTerm], index: VectorIndex) -> list[Vectors]:
    if not images:
        return []
    found = read_embeddings(index, [term.image for term in images])
    if missing := [term.image for term in images if term.image not in found]:
        raise ImageNotIndexed(missing)
    return [found[term.image] for term in images]


def _call(payload: bytes, index: VectorIndex) -> str:
    try:
        return rpc.call(
            encode_query.name,
            payload,
            seconds=settings.ENCODE_DEADLINE_SECONDS,
            encoder=index.encoder,
            revision=index.revision,
        )
    except rpc.WorkerBusy as error:
        raise EncoderBusy(error.message) from error


def _receive(call: str, deadline: float) -> bytes:
    try:
        reply = rpc.receive(call, until=deadline)
    except rpc.WorkerBusy as error:
        message = "No worker was free to encode the query in time; try again shortly."
        raise EncoderBusy(message) from error
    if reply[:1] == FAILURE:
        raise EncoderBusy(reply[1:].decode())
    return reply[1:]
