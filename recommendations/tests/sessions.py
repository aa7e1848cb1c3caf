"""Make the searches of sessions for tests of demand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from catalog.models import Image
from core.tenancy import shop_scope
from recommendations.demand.refresh import refresh_shop
from recommendations.models import Prompt
from recommendations.tests.figures import make_event, make_prompt
from tenants.models import Shop


def make_searches(
    shop: Shop, session: str, *texts: str, minutes: float = 1.0, **fields: Any
) -> list[Prompt]:
    """Return searches of a session, so many minutes apart; the last one is now."""
    first = timezone.now() - timedelta(minutes=minutes * (len(texts) - 1))
    return [
        make_prompt(
            shop,
            text,
            query={"prompt": text, "session": session},
            created_at=first + timedelta(minutes=minutes * place),
            **fields,
        )
        for place, text in enumerate(texts)
    ]


def make_retry(
    shop: Shop, session: str, failed: str, clicked: str, image: Image, minutes: float = 1.0
) -> None:
    """Make a search without a match, and one with a click so many minutes later."""
    one, other = make_searches(shop, session, failed, clicked, minutes=minutes)
    with shop_scope(shop.pk):
        Prompt.objects.filter(pk=one.pk).update(results=[])
    make_event(image, prompt=other, session=session)


def refresh(shop: Shop) -> None:
    with shop_scope(shop.pk):
        refresh_shop(shop, now=timezone.now() + timedelta(seconds=1))


def name_sessions(count: int) -> Sequence[str]:
    return [f"session-{number}" for number in range(count)]
