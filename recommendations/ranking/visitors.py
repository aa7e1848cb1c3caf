"""Who asks: what is known of their taste when an answer is made."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from catalog.models import VectorIndex
from recommendations.feedback.shoppers import (
    disliked_images,
    find_shopper,
    preferences_of,
    recent_events,
)
from recommendations.models import Preferences
from recommendations.ranking.candidate_pool import embeddings_of
from recommendations.ranking.taste import Learned, learn
from tenants.models import Shop, Shopper


@dataclass(frozen=True, slots=True)
class Visitor:
    """A shopper, or a session of nobody named, with what they did, said and do not want to see."""

    shopper: Shopper | None = None
    learned: Learned = field(default_factory=Learned)
    preferences: Preferences | None = None
    hidden: frozenset[UUID] = frozenset()
    has_acted: bool = False  # as the shopper named, and not only in this session

    @property
    def has_stated(self) -> bool:
        """Return whether they said what they like, and not only what they do not."""
        stated = self.preferences
        return bool(stated and (any(stated.liked.values()) or stated.text))


NOBODY = Visitor()


def find_visitor(
    *, shop: Shop, index: VectorIndex, external_id: str | None, session: str, now: datetime
) -> Visitor:
    """Return what is known of a shopper; one that is not known is treated as new."""
    shopper = find_shopper(shop, external_id) if external_id else None
    if shopper is None and not session:
        return NOBODY
    events = recent_events(shopper.pk if shopper else None, session)
    embeddings = embeddings_of(index, [event.image_id for event in events]) if events else {}
    return Visitor(
        shopper=shopper,
        learned=learn(events, embeddings, now),
        preferences=preferences_of(shopper) if shopper else None,
        hidden=frozenset(disliked_images(shopper.pk)) if shopper else frozenset(),
        has_acted=any(event.shopper_id for event in events),
    )
