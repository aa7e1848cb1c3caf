"""Measure the matches of a shop: none for things that it does not sell, none strong of other kinds.

The shop is calibrated and each prompt judged by the product's own functions, with vectors alone: in
the product, an image that contains every word of a prompt is a match in any case.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from catalog.facts.descriptions import Description
from catalog.indexing.calibration import measure_calibration
from catalog.indexing.prompts import Prompts, SoldItem, read_prompts
from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.kinship import contradict, find_kinds
from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder.shops import PhotoShop
from recommendations.query import bound_match, find_thresholds
from recommendations.ranking.match import Match
from stylist.tagging.zero_shot import encode_all


@dataclass(frozen=True)
class JudgedPrompt:
    """A prompt's first photo, and the match by its similarity, without and with its kind."""

    prompt: str
    first: int
    by_similarity: Match
    match: Match


@dataclass(frozen=True)
class Mistakes:
    """The number of prompts of a type, and those with the wrong match."""

    prompts: int
    wrong: Sequence[str]

    @property
    def share(self) -> float:
        return len(self.wrong) / self.prompts if self.prompts else 0.0


@dataclass(frozen=True)
class MatchFigures:
    """Mistakes of a shop's matches.

    `unsold`: things not sold that match. `sold`: prompts for the shop's own things without a match,
    by type. `wrong_kind`: prompts for kinds whose first photo is of another kind and yet strong;
    `wrong_kind_unstated`: the same if the shop states no kinds. `strong`: share of the prompts for
    kinds whose first photo is right that are strong.
    """

    unsold: Mistakes
    sold: Mapping[str, Mistakes]
    wrong_kind: Mistakes
    wrong_kind_unstated: Mistakes
    strong: float


@cache
def read_unsold() -> Prompts:
    """Return the prompts for things that no clothing shop sells."""
    return read_prompts(Path(__file__).with_name("prompts") / "unsold.txt")


def measure_matches(
    encoder: Encoder, shop: PhotoShop, *, read: Callable[[str], str]
) -> MatchFigures:
    """Calibrate a shop and judge prompts; `read` returns the text to encode of a prompt."""
    encode = partial(encode_all, encode=encoder.encode_texts)
    sold = [
        SoldItem(photo.title, photo.colour, photo.kinds.kind, frozenset([photo.kinds.kind]))
        for photo in shop.photos
    ]
    calibration = measure_calibration(shop.vectors, sold, encode)

    def judge(prompts: Sequence[str]) -> list[JudgedPrompt]:
        texts = [read(prompt) for prompt in prompts]
        vectors = encode(texts)
        scores = shop.vectors.score(vectors)
        rows = zip(prompts, texts, vectors, scores, strict=True)
        return [_judge(*row, sold=sold, calibration=calibration) for row in rows]

    types = {name: judge(prompts) for name, prompts in _list_sold(shop).items() if prompts}
    unsold = judge(read_unsold())
    # Also kinds that the shop surely does not sell: their first photo is always of another kind.
    lacking = [kind for kind in KINDS if contradict({kind}, shop.kinds)]
    of_kinds = [*types["kind"], *types.get("colour kind", ()), *judge(lacking)]
    wrong = [one for one in of_kinds if not _is_right(one, shop)]
    right = [one for one in of_kinds if _is_right(one, shop)]
    return MatchFigures(
        unsold=Mistakes(len(unsold), [one.prompt for one in unsold if one.match is not Match.NONE]),
        sold={
            name: Mistakes(len(found), [one.prompt for one in found if one.match is Match.NONE])
            for name, found in types.items()
        },
        wrong_kind=Mistakes(
            len(of_kinds), [one.prompt for one in wrong if one.match is Match.STRONG]
        ),
        wrong_kind_unstated=Mistakes(
            len(of_kinds), [one.prompt for one in wrong if one.by_similarity is Match.STRONG]
        ),
        strong=sum(one.match is Match.STRONG for one in right) / max(len(right), 1),
    )


def _list_sold(shop: PhotoShop) -> dict[str, list[str]]:
    """Return prompts for what the shop sells, each once, by type."""
    prompts = {
        "kind": {kind for photo in shop.photos for kind in photo.kinds.true},
        "colour kind": {f"{p.colour} {p.kinds.kind}" for p in shop.photos if p.colour},
        "title": {photo.title.lower() for photo in shop.photos},
    }
    return {name: sorted(found) for name, found in prompts.items()}


def _judge(
    prompt: str,
    text: str,
    vector: Embeddings,
    scores: Embeddings,
    *,
    sold: Sequence[SoldItem],
    calibration: Mapping[str, Any],
) -> JudgedPrompt:
    thresholds = find_thresholds(calibration, text=vector, by_text=1.0)
    if thresholds is None:
        raise ValueError("The shop is not calibrated.")
    first = int(scores.argmax())
    match = thresholds.judge(float(scores[first]))
    wanted, known = Description(find_kinds(text)), Description(sold[first].kinds)
    limited = bound_match(match, wanted=wanted, known=known)
    return JudgedPrompt(prompt, first, match, limited)


def _is_right(judged: JudgedPrompt, shop: PhotoShop) -> bool:
    """Return whether the first photo is of a kind that the prompt names."""
    return bool(find_kinds(judged.prompt) & shop.photos[judged.first].kinds.accepted)
