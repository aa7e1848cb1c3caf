"""Figures of one kind of query, for the shop's answers and for the baselines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from core.ml.vector_store import Vectors
from evaluation.search import metrics
from evaluation.search.baselines import BASELINES
from evaluation.search.catalogue import Catalogue
from evaluation.search.judgements import Query
from evaluation.search.systems import Answer
from evaluation.statistics import Figure, mean_figure
from recommendations.ranking.match import Match

ATELIER = "Atelier"
METHODS = (ATELIER, *BASELINES)
MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class Trial:
    """One query with its answer, and the ranking of each baseline."""

    query: Query
    answer: Answer
    baselines: Mapping[str, list[UUID]]

    def ranking(self, method: str) -> list[UUID]:
        return self.answer.images if method == ATELIER else self.baselines[method]


@dataclass(frozen=True, slots=True)
class Section:
    """The figures of one kind of query by name and method; None where nothing was measured."""

    kind: str
    queries: int
    figures: Mapping[str, Mapping[str, Figure | None]]
    remark: str


def measure_found(
    trials: Sequence[Trial], catalogue: Catalogue, vectors: Mapping[UUID, Vectors], k: int
) -> Section:
    """Return the figures of queries of one kind, each with relevant images."""
    figures: dict[str, dict[str, Figure | None]] = {}
    for method in METHODS:
        measured = _relevance(trials, method, catalogue, k) | _breadth(
            [trial.ranking(method) for trial in trials], catalogue, vectors
        )
        for name, figure in measured.items():
            figures.setdefault(name, {})[method] = figure
    figures["a match, rightly"] = {ATELIER: _share_of_matches(trials, expected=True)}
    figures["strong, rightly"] = {ATELIER: _share_of_strong(trials)}
    scores = [(_ndcg(trial, catalogue, k), trial.query.prompt) for trial in trials]
    lowest = [f"“{prompt}” {score:.2f}" for score, prompt in sorted(scores)[:MAX_NAMED]]
    remark = f"lowest NDCG@{k}: {', '.join(lowest)}"
    return Section(trials[0].query.kind, len(trials), figures, remark)


def measure_not_sold(trials: Sequence[Trial]) -> Section:
    """Return how often answers have no match, for queries without relevant images."""
    figures = {"no match, rightly": {ATELIER: _share_of_matches(trials, expected=False)}}
    wrong = [f"“{trial.query.prompt}”" for trial in trials if trial.answer.is_match]
    remark = f"said to match: {', '.join(wrong[:MAX_NAMED])}" if wrong else ""
    return Section(trials[0].query.kind, len(trials), figures, remark)


def _relevance(
    trials: Sequence[Trial], method: str, catalogue: Catalogue, k: int
) -> dict[str, Figure | None]:
    """Return the means of the measures that use grades."""
    values: dict[str, list[float]] = {}
    for trial in trials:
        grades = trial.query.grade(trial.ranking(method), catalogue)
        ideal = trial.query.ideal(catalogue)
        for name, value in (
            (f"recall@{k}", metrics.recall_at(k, grades, ideal)),
            (f"precision@{k}", metrics.precision_at(k, grades)),
            (f"NDCG@{k}", metrics.ndcg_at(k, metrics.binary(grades), metrics.binary(ideal))),
            (f"NDCG@{k}, graded", metrics.ndcg_at(k, grades, ideal)),
            (f"MRR@{k}", metrics.reciprocal_rank(grades)),
        ):
            values.setdefault(name, []).append(value)
    return {name: mean_figure(column) for name, column in values.items()}


def _breadth(
    rankings: Sequence[Sequence[UUID]], catalogue: Catalogue, vectors: Mapping[UUID, Vectors]
) -> dict[str, Figure | None]:
    """Return coverage of the catalogue, and diversity within answers."""
    items = ([catalogue.item_of(image) for image in ranking] for ranking in rankings)
    spreads = (metrics.diversity(_rows(ranking, vectors)) for ranking in rankings)
    return {
        # Without an interval: a resample repeats queries, so it covers fewer items.
        "coverage": Figure(metrics.coverage(items, catalogue.by_item)),
        "diversity": mean_figure([spread for spread in spreads if spread is not None]),
    }


def _rows(images: Iterable[UUID], vectors: Mapping[UUID, Vectors]) -> Vectors:
    """Return (n, d): the vectors of the images that have one."""
    rows = [vectors[image] for image in images if image in vectors]
    return np.stack(rows) if rows else np.empty((0, 0), np.float32)


def _share_of_matches(trials: Iterable[Trial], *, expected: bool) -> Figure | None:
    """Return how often `is_match` is as expected; None unless all were measured."""
    matched = [trial.answer.is_match for trial in trials]
    if None in matched:
        return None
    return mean_figure([float(is_match is expected) for is_match in matched])


def _share_of_strong(trials: Iterable[Trial]) -> Figure | None:
    """Return the relevant share of strong matches, over the answers that have some."""
    shares = []
    for trial in trials:
        answer, relevant = trial.answer, trial.query.relevant
        pairs = zip(answer.images, answer.matches, strict=True)
        strong = [image for image, match in pairs if match == Match.STRONG]
        if strong:
            right = sum(relevant.get(image, 0) > 0 for image in strong)
            shares.append(right / len(strong))
    return mean_figure(shares)


def _ndcg(trial: Trial, catalogue: Catalogue, k: int) -> float:
    grades = trial.query.grade(trial.answer.images, catalogue)
    return metrics.ndcg_at(k, grades, trial.query.ideal(catalogue))
