"""Limits on guessing, in Postgres: exact under concurrency, and independent of Redis.

Each subject has a bucket (GCRA): `burst` attempts at once, then one each `interval`. Nobody is
locked out for good, and in any period p at most `burst + p / interval` attempts are evaluated.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled

from tenants.models import GuessBucket


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts one subject has."""

    name: str
    burst: int
    interval: timedelta


# In 10 minutes: 20 passwords for one address, and by the limit on registrations 5 more.
PASSWORDS_OF_ADDRESS = Limit("password", 10, timedelta(minutes=1))
PASSWORDS_OF_CLIENT = Limit("client", 30, timedelta(seconds=30))
CODES = Limit("code", 5, timedelta(minutes=2))
LINKS_OF_CLIENT = Limit("link", 20, timedelta(seconds=30))
# A person who registers may sign in: each registration allows one more password to be tried.
REGISTRATIONS = Limit("registration", 5, timedelta(hours=1))
MAILS = Limit("mail", 5, timedelta(minutes=10))
INVITATIONS = Limit("invitation", 20, timedelta(minutes=5))

# One statement: concurrent attempts on the same bucket wait for each other's row lock.
TAKE = """
INSERT INTO tenants_guessbucket AS bucket (key, full_at)
VALUES (%(key)s, %(now)s + %(interval)s)
ON CONFLICT (key) DO UPDATE
SET full_at = GREATEST(bucket.full_at, %(now)s) + %(interval)s
WHERE GREATEST(bucket.full_at, %(now)s) + %(interval)s <= %(now)s + %(capacity)s
RETURNING full_at
"""


class TooManyGuesses(Throttled):
    """There were too many attempts; `Retry-After` says when the next one is evaluated."""

    default_code = "too_many_attempts"
    default_detail = "There were too many attempts; wait before you try again."
    extra_detail_singular = extra_detail_plural = "The next attempt is possible in {wait} seconds."


def take(limit: Limit, subject: str) -> None:
    """Count an attempt before it is evaluated; raise `TooManyGuesses` if none is left."""
    if not try_take(limit, subject):
        bucket = GuessBucket.objects.filter(pk=_key(limit, subject)).first()
        full_at = bucket.full_at if bucket else timezone.now()
        wait = full_at + limit.interval - timezone.now() - limit.burst * limit.interval
        raise TooManyGuesses(max(1, round(wait.total_seconds())))


def try_take(limit: Limit, subject: str) -> bool:
    """Count an attempt; return whether one was left."""
    values: dict[str, Any] = {
        "key": _key(limit, subject),
        "now": timezone.now(),
        "interval": limit.interval,
        "capacity": limit.burst * limit.interval,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return cursor.fetchone() is not None


def give_back(limit: Limit, subject: str) -> None:
    """Return the attempt that succeeded."""
    bucket = GuessBucket.objects.filter(pk=_key(limit, subject))
    bucket.update(full_at=F("full_at") - limit.interval)


def clear(limit: Limit, subject: str) -> None:
    """Return all attempts of a subject."""
    GuessBucket.objects.filter(pk=_key(limit, subject)).delete()


def _key(limit: Limit, subject: str) -> str:
    """Return a key that reveals no address of a person."""
    return salted_hmac(f"tenants.guesses.{limit.name}", subject, algorithm="sha256").hexdigest()
