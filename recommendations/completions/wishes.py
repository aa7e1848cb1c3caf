"""Read the prompts that a shopper asked before, and what they say that they like."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from recommendations.analytics.rollup import make_lowest_id
from recommendations.models import Prompt

MAX_PROMPTS = 50
DAYS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Prompts that found something, the newest first, and the liked names of each facet."""

    prompts: Sequence[str] = ()
    liked: Mapping[str, Sequence[str]] = field(default_factory=dict)


NO_WISHES = Wishes()


# In the order of the shopper's index of prompts, which has no ids.
_WISHES = """
SELECT preferences.liked, ARRAY(
    SELECT prompt.prompt FROM recommendations_prompt AS prompt
    WHERE prompt.shopper_id = shopper.id AND prompt.id > %(first)s AND prompt.source = %(source)s
        AND prompt.feed IS NULL AND prompt.prompt <> '' AND prompt.results <> '[]'
    ORDER BY prompt.created_at DESC LIMIT %(limit)s
)
FROM tenants_shopper AS shopper
LEFT JOIN recommendations_preferences AS preferences ON preferences.shopper_id = shopper.id
WHERE shopper.shop_id = %(shop)s AND shopper.external_id = %(external_id)s
"""


def read_wishes(shop_id: UUID, external_id: str) -> Wishes:
    """Return those of the last days, none for an unknown shopper; makes one query."""
    parameters: dict[str, Any] = {
        "shop": shop_id,
        "external_id": external_id,
        "first": make_lowest_id(timezone.now() - DAYS),
        "source": Prompt.Source.SEARCH,
        "limit": MAX_PROMPTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WISHES, parameters)
        found = cursor.fetchone()
    if found is None:
        return NO_WISHES
    liked, prompts = found
    return Wishes(prompts, json.loads(liked or "{}"))
