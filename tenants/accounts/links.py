"""Links in mails: signed tokens that expire and are valid for one use.

A token contains a digest of the state that its use changes: once the password is set or the
address verified, no older token is valid. Nothing is stored. The token is behind the address's
`#`, which browsers send neither to servers nor as Referer.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from core.errors import DomainError
from tenants.accounts import guesses

DIGEST_LENGTH = 32


class WrongLink(DomainError):
    """The token is unknown, expired or used."""

    code = "invalid_link"
    message = "This link is not valid any more: it was used, replaced or has expired."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link is for: its page, and how long it is valid."""

    name: str
    page: str
    lifetime: timedelta


PASSWORD_RESET = Purpose("password_reset", "account/password/", settings.PASSWORD_RESET_LIFETIME)
VERIFICATION = Purpose("verification", "account/verification/", settings.VERIFICATION_LIFETIME)
INVITATION = Purpose("invitation", "account/invitation/", settings.INVITATION_LIFETIME)


def make_link(purpose: Purpose, subject_id: UUID, state: str) -> str:
    """Return the address of a page with a token for a person or an invitation in this state."""
    token = signing.dumps([str(subject_id), _digest(purpose, state)], salt=_salt(purpose))
    return f"{page_address(purpose)}#{token}"


def page_address(purpose: Purpose) -> str:
    """Return the address of a page, which never depends on a request's Host header."""
    return f"{settings.SITE_URL}/{purpose.page}"


def open_token(purpose: Purpose, token: str, *, client: str) -> tuple[UUID, str]:
    """Return a token's subject and the digest of its state; raise `WrongLink`.

    Failures count against the client's address. `verify_state` must follow.
    """
    guesses.take(guesses.LINKS_OF_CLIENT, client)
    try:
        content: Any = signing.loads(token, salt=_salt(purpose), max_age=purpose.lifetime)
    except signing.BadSignature as error:
        raise WrongLink from error
    guesses.give_back(guesses.LINKS_OF_CLIENT, client)
    subject_id, digest = content
    return UUID(subject_id), digest


def verify_state(purpose: Purpose, digest: str, state: str) -> None:
    """Raise `WrongLink` if the state has changed since the link was made."""
    if not constant_time_compare(digest, _digest(purpose, state)):
        raise WrongLink


def _digest(purpose: Purpose, state: str) -> str:
    return salted_hmac(_salt(purpose), state, algorithm="sha256").hexdigest()[:DIGEST_LENGTH]


def _salt(purpose: Purpose) -> str:
    return f"tenants.links.{purpose.name}"
