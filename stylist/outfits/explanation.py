"""Explanation: a sentence for each part of an outfit's score."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np

from stylist.garments.garment import SEASONS, UNKNOWN_LAB, Garment, Slot
from stylist.garments.pool import NEUTRAL
from stylist.outfits.colour_phrases import describe_colours, list_names, name_shade
from stylist.outfits.compatibility import share_a_colour
from stylist.outfits.wishes import Wish

GOOD, FAIR = 0.75, 0.5
LEVELS = ((0.125, "relaxed"), (0.375, "casual"), (0.625, "smart casual"), (0.875, "business"))
EXTRAS = {
    Slot.SHOES: "shoes",
    Slot.OUTER: "something over it",
    Slot.BAG: "a bag",
    Slot.ACCESSORY: "an accessory",
}

Worn: TypeAlias = Sequence[Garment]


def name_garment(garment: Garment) -> str:
    """Return the colour and kind of a garment: "navy coat"."""
    shade = name_shade(garment.primary) if garment.primary else ""
    return garment.kind if shade in garment.kind else f"{shade} {garment.kind}"


def _pattern(garments: Worn, value: float, wish: Wish) -> str:
    patterned = [garment for garment in garments if garment.is_patterned]
    names = list_names([f"the {garment.pattern} {garment.kind}" for garment in patterned])
    if not patterned:
        return "Nothing is patterned."
    if len(patterned) == 1:
        return f"Only {names} {'are' if _is_pair(patterned[0]) else 'is'} patterned."
    palettes = [
        np.array([garment.primary or UNKNOWN_LAB, garment.secondary or UNKNOWN_LAB], np.float32)
        for garment in patterned
    ]
    if all(share_a_colour(one, other) for one, other in combinations(palettes, 2)):
        return f"The patterns of {names} share a colour."
    return f"The patterns of {names} compete."


def _style(garments: Worn, value: float, wish: Wish) -> str:
    known = [garment.styles for garment in garments if any(garment.styles.values())]
    mains = Counter(max(sorted(styles), key=styles.__getitem__) for styles in known)
    if not mains:
        return "The styles are not known."
    names = list_names(sorted(mains, key=lambda name: (-mains[name], name)))
    if len(mains) == 1:
        return f"All of it is {names}."
    how = _grade(value, "go well together", "can be worn together", "have little in common")
    return f"{names.capitalize()} {how}."


def _formality(garments: Worn, value: float, wish: Wish) -> str:
    known = {g: g.formality for g in garments if g.formality is not None}
    if not known:
        return "How formal it is, is not known."
    ordered = sorted(known, key=lambda garment: (known[garment], garment.id))
    low, high = (_level(known[garment]) for garment in (ordered[0], ordered[-1]))
    asked = wish.wanted_formality
    is_off = asked is not None and _level(asked) not in (low, high)
    wanted = f"; {_level(asked)} was asked for" if asked is not None and is_off else ""
    if low == high:
        return f"All of it is {low}{wanted}."
    ends = f"{low} ({name_garment(ordered[0])}) to {high} ({name_garment(ordered[-1])})"
    return f"It runs from {ends}{wanted}."


def _season(garments: Worn, value: float, wish: Wish) -> str:
    if wish.season:
        how = _grade(value, "is right", "will do", "is not made")
        return f"It {how} for {wish.season}."
    known = [garment.seasons for garment in garments if any(garment.seasons.values())]
    if not known:
        return "The seasons are not known."
    worst = {season: min(_suits(seasons, season) for seasons in known) for season in SEASONS}
    if min(worst.values()) >= GOOD:
        return "All of it is worn the whole year."
    best = max(SEASONS, key=lambda season: worst[season])
    how = _grade(value, "is right", "will do", "is not made for one season; most will do")
    return f"It {how} for {best}."


def _completeness(garments: Worn, value: float, wish: Wish) -> str:
    worn = {garment.slot for garment in garments}
    extras = list_names([name for slot, name in EXTRAS.items() if slot in worn])
    if Slot.SHOES not in worn:
        return "Shoes are missing."
    return f"It comes with {extras}."


def _occasion(garments: Worn, value: float, wish: Wish) -> str:
    how = _grade(value, "suit", "will do for", "are not the usual ones for")
    return f"The styles {how} what you dress for: {wish.occasion.name if wish.occasion else ''}."


def _taste(garments: Worn, value: float, wish: Wish) -> str:
    how = _grade(value, "Much", "Some", "Little")
    return f"{how} of it is in the colours and styles you like."


def _feedback(garments: Worn, value: float, wish: Wish) -> str:
    if value == NEUTRAL:
        return "You have not yet said how you like these together."
    return f"You {'liked' if value > NEUTRAL else 'disliked'} garments like these together."


# Functions that return the sentence for a part of a score, by its value.
SENTENCES: Mapping[str, Callable[[Worn, float, Wish], str]] = {
    "colour": lambda garments, value, wish: describe_colours(garments),
    "pattern": _pattern,
    "style": _style,
    "formality": _formality,
    "season": _season,
    "completeness": _completeness,
    "occasion": _occasion,
    "taste": _taste,
    "feedback": _feedback,
}


def _grade(value: float, good: str, fair: str, poor: str) -> str:
    return good if value >= GOOD else fair if value >= FAIR else poor


def _level(formality: float) -> str:
    return next((name for limit, name in LEVELS if formality < limit), "formal")


def _suits(seasons: Mapping[str, float], season: str) -> float:
    return seasons.get(season, 0.0) / max(seasons.values())


def _is_pair(garment: Garment) -> bool:
    """Return whether a kind is a plural word: trousers, jeans, boots."""
    return garment.kind.endswith("s") and not garment.kind.endswith("ss")
