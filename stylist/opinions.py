"""What a shopper says of an outfit; the next ones are put together by it."""

from __future__ import annotations

from django.db import transaction

from core.errors import Conflict
from stylist.models import Outfit, OutfitFeedback
from stylist.outfits.feedback import Opinion

OPPOSITE = {Opinion.LIKE: Opinion.DISLIKE, Opinion.DISLIKE: Opinion.LIKE}


class NobodysOutfit(Conflict):
    """An outfit that was made for nobody teaches nobody's taste."""

    code = "nobodys_outfit"

    def __init__(self) -> None:
        super().__init__("This outfit was made for no shopper; ask for one of theirs.")


def give_opinion(*, outfit: Outfit, opinion: Opinion) -> OutfitFeedback:
    """Note what the shopper said: a like takes back a dislike; an outfit can be worn besides."""
    if outfit.shopper_id is None:
        raise NobodysOutfit
    with transaction.atomic():
        said = OutfitFeedback.objects.filter(outfit=outfit)
        if opinion in OPPOSITE:
            said.filter(opinion=OPPOSITE[opinion]).delete()
        given, _ = OutfitFeedback.objects.update_or_create(
            outfit=outfit,
            opinion=opinion,
            defaults={"shop_id": outfit.shop_id, "shopper_id": outfit.shopper_id},
        )
    return given  # type: ignore[no-any-return]
