"""Which entries a worker takes next: a few of every waiting shop in turn, under a lease."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection

# The first query is a loose index scan: it hops from shop to shop on the partial index, so
# its cost grows with the waiting shops and not with their backlogs. Each shop's turn is
# numbered, and a batch is filled turn by turn.
CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT shop_id FROM catalog_indexentry
     WHERE state IN ('pending', 'removing') AND due_at <= statement_timestamp()
     ORDER BY shop_id LIMIT 1)
    UNION ALL
    SELECT (SELECT shop_id FROM catalog_indexentry
            WHERE state IN ('pending', 'removing') AND due_at <= statement_timestamp()
              AND shop_id > waiting.shop_id
            ORDER BY shop_id LIMIT 1)
    FROM waiting WHERE waiting.shop_id IS NOT NULL
), turns AS (
    SELECT first.id, row_number() OVER (PARTITION BY waiting.shop_id ORDER BY first.id) AS turn
    FROM (SELECT shop_id FROM waiting WHERE shop_id IS NOT NULL
          ORDER BY random() LIMIT %(size)s) AS waiting
    CROSS JOIN LATERAL (
        SELECT id FROM catalog_indexentry
        WHERE shop_id = waiting.shop_id
          AND state IN ('pending', 'removing') AND due_at <= statement_timestamp()
        ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ) AS first
), claimed AS (
    SELECT id FROM turns ORDER BY turn, random() LIMIT %(size)s
)
UPDATE catalog_indexentry AS entry
SET due_at = statement_timestamp() + make_interval(secs => %(lease)s), attempts = attempts + 1
FROM claimed WHERE entry.id = claimed.id
RETURNING entry.id, entry.version, entry.attempts
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry as it was when it was claimed; a result counts only while `version` holds."""

    entry_id: UUID
    version: int
    attempts: int


def claim_entries(*, size: int) -> list[Claim]:
    """Lease up to `size` waiting entries of all shops to this worker.

    One query. An entry that was claimed and not recorded comes back when its lease ends,
    so a worker that dies loses nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"size": size, "lease": settings.INDEX_LEASE_SECONDS})
        return [Claim(*row) for row in cursor.fetchall()]


def has_waiting() -> bool:
    """Say whether any entry of any shop could be claimed now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM catalog_indexentry"
            " WHERE state IN ('pending', 'removing') AND due_at <= statement_timestamp())"
        )
        (is_waiting,) = cursor.fetchone()
    return bool(is_waiting)
