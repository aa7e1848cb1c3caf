"""The right products for what was asked: the public door of this room."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from catalog.facets import FacetFilter
from catalog.indexes import live_index
from catalog.models import Image
from catalog.searching import find_nearest
from recommendations.models import Prompt
from recommendations.prompts import find_prompt_vector
from recommendations.ranking import Match, Thresholds, count_at_least
from tenants.models import Shop


@dataclass(frozen=True, slots=True)
class Result:
    """One image in an answer."""

    image: Image
    score: float
    match: Match | None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer; `prompt.id` is its attribution token."""

    prompt: Prompt
    results: list[Result]


@dataclass(slots=True)
class Stopwatch:
    """How long each part took, in milliseconds."""

    timings: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timing(self, part: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.timings[part] = round((time.perf_counter() - start) * 1000, 1)


def recommend(
    *,
    shop: Shop,
    prompt: str,
    count: int,
    facets: FacetFilter,
    min_match: Match = Match.NONE,
    filters: dict[str, Any],
) -> Recommendation:
    """Return the shop's images that fit a prompt best, at most `count`, and record the answer.

    `filters` is what the caller asked for, as it is kept beside the prompt. Raises
    `Unavailable` when no worker reads the prompt in time.
    """
    watch = Stopwatch()
    with watch.timing("total"):
        index = live_index(shop.pk)
        with watch.timing("encode"):
            query = find_prompt_vector(index=index, text=prompt)
        with watch.timing("search"):
            found = find_nearest(index=index, vector=query.vector, count=count, facets=facets)
        thresholds = _thresholds(index.calibration)
        kept = (
            count_at_least(found.similarities, thresholds, min_match)
            if thresholds
            else len(found.images)
        )
        results = [
            Result(image, round(score, 4), thresholds.judge(score) if thresholds else None)
            for image, score in zip(found.images[:kept], found.similarities[:kept], strict=True)
        ]
    record = Prompt.objects.create(
        shop=shop,
        prompt=prompt,
        number_of_images=count,
        filters=filters,
        results=[
            {"id": str(result.image.pk), "score": result.score, "match": result.match}
            for result in results
        ],
        answered_by=[query.source, found.answered_by],
        timings_ms=watch.timings,
    )
    return Recommendation(record, results)


def _thresholds(calibration: dict[str, float]) -> Thresholds | None:
    """Return the index's thresholds; None until it has been measured."""
    if not calibration:
        return None
    return Thresholds(weak=calibration["weak"], strong=calibration["strong"])
