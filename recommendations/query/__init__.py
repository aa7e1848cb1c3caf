"""Queries: what their texts mean, their vector, and how well an image matches them."""

from recommendations.query.direction import (
    NOTHING_MATCHES,
    AnswerOrder,
    Direction,
    ImageNotIndexed,
    ImageTerm,
    NothingWanted,
    PendingVectors,
    PhotoTerm,
    Query,
    Term,
    Thresholds,
    bound_match,
    call_encoder,
    find_direction,
    find_thresholds,
    make_cache_key,
    pack_text,
    request_vectors,
)
from recommendations.query.limits import understand_query
from recommendations.query.synonyms import write_alternatives
from recommendations.query.understanding import Understanding, combine, understand

__all__ = [
    "NOTHING_MATCHES",
    "AnswerOrder",
    "Direction",
    "ImageNotIndexed",
    "ImageTerm",
    "NothingWanted",
    "PendingVectors",
    "PhotoTerm",
    "Query",
    "Term",
    "Thresholds",
    "Understanding",
    "bound_match",
    "call_encoder",
    "combine",
    "find_direction",
    "find_thresholds",
    "make_cache_key",
    "pack_text",
    "request_vectors",
    "understand",
    "understand_query",
    "write_alternatives",
]
