"""The latest searches of a shop, by who asked them and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from core.redaction import CARD, IBAN, MAIL, PHONE, redact
from recommendations.analytics.rollup import make_lowest_id, normalise_text

DAYS = timedelta(days=30)
MAX_SEARCHES = 50_000  # the newest; some 40 MB
MAX_FOUND = 5
# A pause of so long ends a session.
SESSION_GAP = timedelta(minutes=30)
REDACTED = (MAIL, CARD, IBAN, PHONE)


@dataclass(frozen=True, slots=True)
class Search:
    """A prompt, who asked it, and the images that it found and that were clicked.

    `asker` is a shopper or a session; searches of neither are not read. `has_match` is false if
    nothing was found, or nothing that matches.
    """

    asker: str
    text: str
    asked_at: datetime
    has_match: bool
    found: tuple[UUID, ...] = ()
    clicked: tuple[UUID, ...] = ()

    @property
    def is_public(self) -> bool:
        """Return whether the text has no trace of personal data."""
        return is_public(self.text)


def is_public(text: str) -> bool:
    """Check for a normalised text without a trace of personal data."""
    return redact(text) == text and not any(sign in text for sign in REDACTED)


def read_searches(shop_id: UUID, *, now: datetime) -> list[Search]:
    """Return the searches of `DAYS`, each asker's together and in order; needs the shop's scope."""
    parameters: dict[str, Any] = {
        "shop": shop_id,
        "first": make_lowest_id(now - DAYS),
        "limit": MAX_SEARCHES,
        "found": MAX_FOUND,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEARCHES, parameters)
        rows = cursor.fetchall()
    return [
        Search(asker, normalise_text(text), asked_at, has_match, tuple(found), tuple(clicked))
        for asker, text, asked_at, has_match, found, clicked in rows
    ]


def split_sessions(searches: list[Search]) -> Iterator[list[Search]]:
    """Yield the searches of each session, in their order."""
    for _, of_asker in groupby(searches, key=lambda search: search.asker):
        session: list[Search] = []
        for search in of_asker:
            if session and search.asked_at - session[-1].asked_at > SESSION_GAP:
                yield session
                session = []
            session.append(search)
        yield session


# Further pages of a search are no searches. A result without a match comes from an index that is
# not calibrated yet; it may be a good one.
_SEARCHES = """
WITH newest AS (
    SELECT id, prompt, created_at, results,
        coalesce('shopper:' || shopper_id, 'session:' || nullif(query ->> 'session', '')) AS asker
    FROM recommendations_prompt
    WHERE shop_id = %(shop)s AND id > %(first)s AND source = 'search' AND feed IS NULL
        AND prompt <> ''
    ORDER BY id DESC LIMIT %(limit)s
)
SELECT asker, prompt, created_at,
    jsonb_path_exists(results, '$[*] ? (!(@.match == "none"))'),
    ARRAY(
        SELECT (result ->> 'id')::uuid
        FROM jsonb_array_elements(results) WITH ORDINALITY AS shown (result, place)
        WHERE place <= %(found)s AND result ->> 'match' IN ('strong', 'weak')
    ),
    ARRAY(
        SELECT DISTINCT image_id FROM recommendations_event AS event
        WHERE event.prompt_id = newest.id AND kind IN ('click', 'add_to_cart', 'purchase')
    )
FROM newest WHERE asker IS NOT NULL
ORDER BY asker, created_at, id
"""
