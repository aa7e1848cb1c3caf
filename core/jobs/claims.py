"""Work is claimed from Postgres: a few rows of every waiting shop in turn, under a lease.

    queue = Queue("catalog_indexentry", waiting="state = 'pending'")
    claims = queue.claim(size=16, lease=120)

A row that was claimed and not recorded comes back when its lease ends, so a worker that dies loses
nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

# The first query is a loose index scan: it hops from shop to shop on the partial index, so
# its cost grows with the waiting shops and not with their backlogs. Each shop's turn is
# numbered, and a batch is filled turn by turn.
CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT shop_id FROM {table}
     WHERE {waiting} AND due_at <= statement_timestamp()
     ORDER BY shop_id LIMIT 1)
    UNION ALL
    SELECT (SELECT shop_id FROM {table}
            WHERE {waiting} AND due_at <= statement_timestamp()
              AND shop_id > waiting.shop_id
            ORDER BY shop_id LIMIT 1)
    FROM waiting WHERE waiting.shop_id IS NOT NULL
), turns AS (
    SELECT first.id, row_number() OVER (PARTITION BY waiting.shop_id ORDER BY first.id) AS turn
    FROM (SELECT shop_id FROM waiting WHERE shop_id IS NOT NULL
          ORDER BY random() LIMIT %(size)s) AS waiting
    CROSS JOIN LATERAL (
        SELECT id FROM {table}
        WHERE shop_id = waiting.shop_id
          AND {waiting} AND due_at <= statement_timestamp()
        ORDER BY id LIMIT %(size)s FOR UPDATE SKIP LOCKED
    ) AS first
), claimed AS (
    SELECT id FROM turns ORDER BY turn, random() LIMIT %(size)s
)
UPDATE {table} AS work
SET due_at = statement_timestamp() + make_interval(secs => %(lease)s), attempts = attempts + 1
FROM claimed WHERE work.id = claimed.id
RETURNING work.id, work.version, work.attempts
"""
HAS_WAITING = """
SELECT EXISTS (SELECT 1 FROM {table} WHERE {waiting} AND due_at <= statement_timestamp())
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A row as it was when it was claimed; a result counts only while `version` holds."""

    row_id: UUID
    version: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A table of work, with `id`, `shop_id`, `version`, `due_at` and `attempts`.

    `waiting` is the condition, in SQL, on a row that asks for work; a partial index on the shop and
    the id has the same.
    """

    table: str
    waiting: str

    def claim(self, *, size: int, lease: float) -> list[Claim]:
        """Lease up to `size` waiting rows of all shops to this worker for so many seconds."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql(CLAIM), {"size": size, "lease": lease})
            return [Claim(*row) for row in cursor.fetchall()]

    def has_waiting(self) -> bool:
        """Say whether any row of any shop could be claimed now."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql(HAS_WAITING))
            (is_waiting,) = cursor.fetchone()
        return bool(is_waiting)

    def _sql(self, query: str) -> str:
        return query.format(table=self.table, waiting=self.waiting)
