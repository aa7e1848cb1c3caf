"""Opinions: storing how a shopper likes an outfit."""

from django.db import transaction

from core.errors import Conflict, DomainError
from stylist.models import Outfit, OutfitFeedback
from stylist.outfits.feedback import Opinion

OPPOSITE = {Opinion.LIKE: Opinion.DISLIKE, Opinion.DISLIKE: Opinion.LIKE}


class NobodysOutfit(Conflict):
    """The outfit belongs to no shopper, so no taste can be learned from it."""

    code = "nobodys_outfit"

    def __init__(self) -> None:
        super().__init__(
            "This outfit was made without a shopper; opinions need a shopper's outfit."
        )


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
        raise NobodysOutfit
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
