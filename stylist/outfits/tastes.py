"""Tastes of shoppers, from their stated preferences and their opinions of outfits."""

from uuid import UUID

from django.utils import timezone

from recommendations.feedback.shoppers import read_preferences
from stylist.garments.garment import Garment, GarmentSource, Lab, Slot
from stylist.models import OutfitFeedback
from stylist.outfits.feedback import Feedback, Opinion, learn_bonuses
from stylist.outfits.wishes import Taste
from stylist.tagging.records import LAB_BY_NAME
from tenants.models import Shopper

MAX_FEEDBACK = 200
DAY_SECONDS = 86_400


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
