"""Sign-in by address and password, with limits on guessing."""

from uuid import UUID

from django.db import transaction
from rest_framework.exceptions import AuthenticationFailed

from tenants import audit
from tenants.accounts import guesses, second_factor
from tenants.accounts.sessions import SignIn, find_first_membership, open_session
from tenants.models import User
from tenants.models.credentials import (
    find_match,
    hash_password,
    needs_rehash,
    normalize_address,
)

# Anybody can register with an address that nobody verified, a few times an hour.
MAX_CLAIMS = 50


def sign_in(
    *, email: str, password: str, client: str = "", shop_id: UUID | None = None, code: str = ""
) -> SignIn:
    """Check a member's password and, if they have one, their second factor.

    Without `shop_id` it is the shop that the person joined first. Raises `AuthenticationFailed`,
    with one message for every reason but a missing code, and `TooManyGuesses`.
    """
    user = check_credentials(email=email, password=password, client=client)
    membership = find_first_membership(user, shop_id=shop_id) if user else None
    if membership is None:
        message = "No member of a shop has this address and password."
        raise AuthenticationFailed(message, code="wrong_credentials")
    second_factor.require(membership.user, code)
    with transaction.atomic():
        pair = open_session(membership)
        audit.record(
            "session.opened",
            shop_id=membership.shop_id,
            actor_id=membership.user_id,
            target=("user", membership.user_id),
            address=client,
        )
    return pair


def check_credentials(*, email: str, password: str, client: str = "") -> User | None:
    """Return the active person with this address and password.

    Every attempt counts before it is evaluated; one that succeeds is given back. Takes the same
    time for every address. Raises `TooManyGuesses`.
    """
    address = normalize_address(email)
    if client:
        guesses.take(guesses.PASSWORDS_OF_CLIENT, client)
    try:
        guesses.take(guesses.PASSWORDS_OF_ADDRESS, address)
    except guesses.TooManyGuesses:
        audit.record_lock_out(email=address, address=client)
        raise
    user = find_match(list(User.objects.with_address(address)[:MAX_CLAIMS]), password)
    if user is None or not user.is_active:
        audit.record_failed_sign_in(email=address, address=client)
        return None
    guesses.give_back(guesses.PASSWORDS_OF_ADDRESS, address)
    if client:
        guesses.give_back(guesses.PASSWORDS_OF_CLIENT, client)
    _rehash(user, password)
    return user


def _rehash(user: User, password: str) -> None:
    """Store the password with today's hash, unless it was changed in the meantime."""
    if not needs_rehash(user, password):
        return
    old, user.password = user.password, hash_password(password, email=user.email)
    User.objects.filter(pk=user.pk, password=old).update(password=user.password)
