"""Run a search evaluation: send every query to the shop, and compare with the baselines."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.indexing.indexes import get_live_index
from catalog.search.public_images import read_embeddings
from evaluation.search.baselines import Baselines, read_baselines
from evaluation.search.catalogue import Catalogue, read_catalogue
from evaluation.search.catalogue_queries import facet_queries, title_queries
from evaluation.search.held_out_events import (
    HELD_OUT,
    MIN_EVENTS,
    HeldOutEvent,
    ask_without,
    find_held_out,
)
from evaluation.search.judgements import NOT_SOLD, Query, read_judgements
from evaluation.search.negative_queries import LACKING, foreign_queries, lacking_queries
from evaluation.search.sections import METHODS, Section, Trial, measure_found, measure_not_sold
from evaluation.search.systems import Asker, Feed
from evaluation.statistics import sample
from tenants.models import Shop

MAX_QUERIES_PER_KIND = 200  # by default, but all judged queries


class EmptyCatalogue(Exception):
    """The shop has no image that an answer may contain."""


@dataclass(frozen=True, slots=True)
class SearchEvaluation:
    """The figures of one shop with k images in an answer, and remarks on them."""

    shop: Shop
    images: int
    k: int
    sections: Sequence[Section]
    remarks: Sequence[str]


def evaluate(
    *, shop: Shop, ask: Asker, feed: Feed, judged: Path | None, k: int, limit: int | None
) -> SearchEvaluation:
    """Measure answers of k images to at most `limit` queries of each kind, in the shop's scope.

    Raises `EmptyCatalogue`, `JudgementsUnusable`, and the errors of `ask` and `feed`.
    """
    catalogue = read_catalogue()
    if not catalogue.listings:
        raise EmptyCatalogue(f"{shop.name} has no published images.")
    baselines = read_baselines(list(catalogue.listings))
    kinds = [
        list(_ask_prompts(queries, ask, baselines, k))
        for queries in _queries(catalogue, judged, limit)
    ]
    held_out = find_held_out(catalogue, maximum=limit or MAX_QUERIES_PER_KIND)
    feed_trials = list(_ask_feed(held_out, feed, catalogue, baselines, k))
    sections = [_measure(trials, shop, catalogue, k) for trials in (*kinds, feed_trials) if trials]
    remarks = list(_remarks(kinds, feed_trials, baselines))
    return SearchEvaluation(shop, len(catalogue.listings), k, sections, remarks)


def _queries(catalogue: Catalogue, judged: Path | None, limit: int | None) -> list[list[Query]]:
    """Return the queries by kind: the judged ones, or else those of the catalogue."""
    if judged:
        queries, maximum = read_judgements(judged, catalogue), limit
    else:
        queries = title_queries(catalogue) + facet_queries(catalogue) + lacking_queries(catalogue)
        maximum = limit or MAX_QUERIES_PER_KIND
    if not any(query.kind == NOT_SOLD for query in queries):
        queries += foreign_queries()
    kinds: defaultdict[str, list[Query]] = defaultdict(list)
    for query in queries:
        kinds[query.kind].append(query)
    return [sample(kind, maximum) for kind in kinds.values()]


def _ask_prompts(
    queries: Iterable[Query], ask: Asker, baselines: Baselines, k: int
) -> Iterator[Trial]:
    for query in queries:
        yield Trial(query, ask(query.prompt, k), baselines.rank(k))


def _ask_feed(
    held_out: Iterable[HeldOutEvent], feed: Feed, catalogue: Catalogue, baselines: Baselines, k: int
) -> Iterator[Trial]:
    for held in held_out:
        query = Query(HELD_OUT, str(held.shopper.pk), catalogue.grades_for([held.image]))
        rankings = baselines.rank(k, hidden={held.image: held.events})
        yield Trial(query, ask_without(held, feed, k), rankings)


def _measure(trials: Sequence[Trial], shop: Shop, catalogue: Catalogue, k: int) -> Section:
    if trials[0].query.kind in (NOT_SOLD, LACKING):
        return measure_not_sold(trials)
    ranked = {image for trial in trials for method in METHODS for image in trial.ranking(method)}
    vectors = read_embeddings(get_live_index(shop.pk), list(ranked))
    return measure_found(trials, catalogue, vectors, k)


def _remarks(
    kinds: Iterable[Iterable[Trial]], feed_trials: Sequence[Trial], baselines: Baselines
) -> Iterator[str]:
    """Yield what a reader must know to understand the figures."""
    if not baselines.events:
        yield "There are no positive events yet: popularity shows the newest first."
    if any(trial.answer.is_match is None for trials in kinds for trial in trials):
        yield "The index is not calibrated yet: its answers have no match."
    if not feed_trials:
        yield f"Held-back events are left out: no shopper has {MIN_EVENTS} positive ones yet."
