"""Feedback: opinions of outfits, and the tastes of shoppers that are learned from them.

An opinion becomes bonuses for pairs of garments. A bonus changes the score of later outfits with
the same two garments, or with two garments of the same kinds and colours.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict, DomainError
from recommendations.feedback.shoppers import read_preferences
from stylist.garments.garment import Garment, GarmentSource, Lab, Slot
from stylist.garments.pool import Pool
from stylist.models import Outfit, OutfitFeedback
from stylist.outfits.wishes import Bonuses, Key, Taste
from stylist.tagging.records import LAB_BY_NAME
from tenants.models import Shopper

HALF_LIFE_DAYS = 90.0
LOOK_SHARE = 0.3  # of an opinion, for garments of the same kinds and colours
MAX_FEEDBACK = 200
DAY_SECONDS = 86_400


class Opinion(StrEnum):
    """An opinion that a shopper can give of an outfit."""

    LIKE = "like"
    DISLIKE = "dislike"
    WORN = "worn"


OPINION_VALUES = {Opinion.LIKE: 1.0, Opinion.DISLIKE: -1.0, Opinion.WORN: 0.5}


@dataclass(frozen=True, slots=True)
class Feedback:
    """An opinion of an outfit, and its age."""

    garments: tuple[Garment, ...]
    opinion: Opinion
    age_days: float


def learn_bonuses(feedback: Iterable[Feedback]) -> Bonuses:
    """Return a bonus in [-1, 1] for each pair of garments, by ids and by (kind, basic colour).

    An opinion is divided among the outfit's pairs: the same outfit gets all of it, an outfit with
    half of the pairs gets half. It loses half its value every `HALF_LIFE_DAYS`.
    """
    sums: defaultdict[frozenset[Key], float] = defaultdict(float)
    for given in feedback:
        colours = Pool.of(given.garments).basic_colours.tolist()
        weight = OPINION_VALUES[given.opinion] * 0.5 ** (given.age_days / HALF_LIFE_DAYS)
        pairs = list(combinations(zip(given.garments, colours, strict=True), 2))
        for (one, its_colour), (other, other_colour) in pairs:
            worth = weight / len(pairs)
            sums[frozenset({one.id, other.id})] += worth
            if its_colour and other_colour:
                looks = (one.kind, its_colour), (other.kind, other_colour)
                sums[frozenset(looks)] += LOOK_SHARE * worth
    return {pair: float(np.clip(bonus, -1, 1)) for pair, bonus in sums.items()}


def get_taste(shopper: Shopper | None) -> Taste:
    """Return a shopper's taste, empty without a shopper. Makes two queries."""
    if shopper is None:
        return Taste()
    stated = read_preferences(shopper)
    liked = [name.lower() for name in stated.liked.get("colour", ())]
    avoided = [value for values in stated.avoided.values() for value in values]
    return Taste(
        # A shop may have colour names that the vocabulary lacks.
        palette=tuple(LAB_BY_NAME[name] for name in liked if name in LAB_BY_NAME),
        styles=frozenset(name.lower() for name in stated.liked.get("styles", ())),
        disliked=frozenset(name.lower() for name in avoided),
        bonuses=learn_bonuses(_feedback_of(shopper)),
    )


def _feedback_of(shopper: Shopper) -> list[Feedback]:
    now = timezone.now()
    rows = OutfitFeedback.objects.filter(shopper=shopper).select_related("outfit")
    return [
        Feedback(
            garments=tuple(read_piece(piece) for piece in row.outfit.pieces),
            opinion=Opinion(row.opinion),
            age_days=(now - row.created_at).total_seconds() / DAY_SECONDS,
        )
        for row in rows.order_by("-id")[:MAX_FEEDBACK]
    ]


def read_piece(piece: dict[str, object]) -> Garment:
    """Return the garment of a stored outfit's piece, with its colour as the only tag."""
    primary = piece.get("primary")
    return Garment(
        id=UUID(str(piece["id"])),
        source=GarmentSource(str(piece["source"])),
        slot=Slot(str(piece["slot"])),
        kind=str(piece["kind"]),
        primary=Lab(*primary) if isinstance(primary, list) else None,
    )


OPPOSITE = {Opinion.LIKE: Opinion.DISLIKE, Opinion.DISLIKE: Opinion.LIKE}


class NobodysOutfit(Conflict):
    """The outfit belongs to no shopper, so no taste can be learned from it."""

    code = "nobodys_outfit"


class OutfitGone(DomainError):
    """The outfit was deleted during the request."""

    status_code = 404
    code = "not_found"


def give_opinion(*, outfit: Outfit, opinion: Opinion) -> OutfitFeedback:
    """Store a shopper's opinion; a like replaces a dislike and the reverse.

    Repeating an opinion renews its date. The outfit's row is locked, so concurrent opinions wait
    for each other. Raises `NobodysOutfit` and `OutfitGone`.
    """
    if outfit.shopper_id is None:
        raise NobodysOutfit(
            "This outfit was made without a shopper; opinions need a shopper's outfit."
        )
    with transaction.atomic():
        if not Outfit.objects.select_for_update().filter(pk=outfit.pk).exists():
            raise OutfitGone("This outfit has just been deleted.")
        replaced = {opinion, OPPOSITE.get(opinion)}
        OutfitFeedback.objects.filter(outfit=outfit, opinion__in=replaced).delete()
        given: OutfitFeedback = OutfitFeedback.objects.create(
            shop_id=outfit.shop_id,
            shopper_id=outfit.shopper_id,
            outfit=outfit,
            opinion=opinion,
        )
    return given
