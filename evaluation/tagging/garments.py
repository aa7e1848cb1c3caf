"""Evaluate tags of generated garments, whose features and catalogue page are known."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.ml.colours import basic_colour
from core.ml.encoder import Encoder
from demo.garments import Garment, describe, draw_garment, sample_garments, shade_of
from evaluation.tagging.metrics import JudgedTag, TagFigures, best_temperature, judge, measure
from stylist.tagging.detection.detector import tag
from stylist.tagging.labels import Labels
from stylist.tagging.tagger import Tags

HEIGHT = 512
_PATTERNS = {"leopard": "animal"}
# Patterns without a second colour of the garment's own.
_NO_SECOND = frozenset({"plain", "leopard", "floral"})
# All types that are right for a kind.
_TYPES = {
    "jumper": ("sweater", "turtleneck", "sweatshirt"),
    "top": ("top", "camisole", "crop top", "tank top"),
    "coat": ("coat", "parka", "trench coat"),
    "jacket": ("jacket", "bomber jacket", "denim jacket", "puffer jacket"),
    "skirt": ("skirt", "mini skirt", "pencil skirt", "pleated skirt"),
    "trousers": ("trousers", "chinos", "joggers"),
    "dress": ("dress", "shirt dress"),
    "shorts": ("shorts", "denim shorts"),
    "sneakers": ("sneakers", "shoes"),
    "boots": ("boots", "ankle boots"),
    "hat": ("hat", "cap", "beanie", "bucket hat"),
    "bag": ("bag", "handbag", "tote bag", "backpack"),
}


@dataclass(frozen=True)
class GarmentFigures:
    """The figures of generated garments.

    `figures` are by tag. `shade` is the share with exactly the right retail name, `second` the
    share of patterned garments whose second colour was found. `wrong_colours` are confusions, the
    most frequent first. `by_pattern` has the number of garments with each pattern, and how many of
    them were right.
    """

    figures: Mapping[str, TagFigures]
    shade: float
    second: float
    wrong_colours: Sequence[tuple[str, str, int]]
    by_pattern: Mapping[str, tuple[int, int]]
    pattern_temperature: float


def evaluate_garments(*, count: int, seed: int, encoder: Encoder, labels: Labels) -> GarmentFigures:
    """Draw garments and compare their tags with what they were drawn from."""
    garments = sample_garments(count=count, seed=seed)
    tagged = [
        (g, tag(np.asarray(draw_garment(g, height=HEIGHT)), encoder, labels)) for g in garments
    ]
    wrong = Counter(
        (g.colour, colour) for g, tags in tagged if (colour := _primary(tags)) != g.colour
    )
    two = [(g, tags) for g, tags in tagged if g.accent and g.pattern not in _NO_SECOND]
    return GarmentFigures(
        figures=_figures(tagged),
        shade=float(np.mean([tags.primary_colour.value == shade_of(g) for g, tags in tagged])),
        second=float(np.mean([_has_second(g, tags) for g, tags in two])) if two else float("nan"),
        wrong_colours=[(*pair, times) for pair, times in wrong.most_common(8)],
        by_pattern=_by_pattern(tagged),
        pattern_temperature=best_temperature(
            (tags.pattern.distribution, frozenset({_pattern(g)})) for g, tags in tagged
        ),
    )


def _figures(tagged: Sequence[tuple[Garment, Tags]]) -> dict[str, TagFigures]:
    judged: dict[str, list[JudgedTag]] = {
        "type": [judge(t.type, is_right=t.type.value in _types(g)) for g, t in tagged],
        "colour": [judge(t.primary_colour, is_right=_primary(t) == g.colour) for g, t in tagged],
        "pattern": [judge(t.pattern, is_right=t.pattern.value == _pattern(g)) for g, t in tagged],
        "style": [judge(t.style, is_right=t.style.value in describe(g).styles) for g, t in tagged],
    }
    return {name: measure(some) for name, some in judged.items()}


def _by_pattern(tagged: Sequence[tuple[Garment, Tags]]) -> dict[str, tuple[int, int]]:
    counts = Counter(_pattern(g) for g, _ in tagged)
    hits = Counter(_pattern(g) for g, tags in tagged if tags.pattern.value == _pattern(g))
    return {name: (times, hits[name]) for name, times in counts.most_common()}


def _primary(tags: Tags) -> str:
    return basic_colour(tags.primary_colour.value)


def _has_second(garment: Garment, tags: Tags) -> bool:
    second = tags.secondary_colour
    return second is not None and basic_colour(second.value) == garment.accent


def _pattern(garment: Garment) -> str:
    return _PATTERNS.get(garment.pattern, garment.pattern)


def _types(garment: Garment) -> tuple[str, ...]:
    return _TYPES.get(garment.kind, (garment.kind,))
