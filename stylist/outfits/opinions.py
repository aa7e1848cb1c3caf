"""What a shopper says of an outfit; the next ones are put together by it."""

from django.db import transaction

from core.errors import Conflict, DomainError
from stylist.models import Outfit, OutfitFeedback
from stylist.outfits.feedback import Opinion

OPPOSITE = {Opinion.LIKE: Opinion.DISLIKE, Opinion.DISLIKE: Opinion.LIKE}


class NobodysOutfit(Conflict):
    """An outfit that was made for nobody teaches nobody's taste."""

    code = "nobodys_outfit"

    def __init__(self) -> None:
        super().__init__("This outfit was made for no shopper; ask for one of theirs.")


class OutfitGone(DomainError):
    """The outfit was deleted while the request was under way."""

    status_code = 404
    code = "not_found"


def give_opinion(*, outfit: Outfit, opinion: Opinion) -> OutfitFeedback:
    """Note what the shopper said: a like takes back a dislike; an outfit can be worn besides.

    What is said again counts from now on. Opinions of one outfit take turns. Raises
    `NobodysOutfit` and `OutfitGone`.
    """
    if outfit.shopper_id is None:
        raise NobodysOutfit
    with transaction.atomic():
        if not Outfit.objects.select_for_update().filter(pk=outfit.pk).exists():
            raise OutfitGone("This outfit was deleted meanwhile.")
        taken_back = {opinion, OPPOSITE.get(opinion)}
        OutfitFeedback.objects.filter(outfit=outfit, opinion__in=taken_back).delete()
        given: OutfitFeedback = OutfitFeedback.objects.create(
            shop_id=outfit.shop_id,
            shopper_id=outfit.shopper_id,
            outfit=outfit,
            opinion=opinion,
        )
    return given
