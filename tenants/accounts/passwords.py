"""Passwords: how strong they must be, their change, and their reset by mail."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from core.errors import DomainError
from core.tenancy import all_shops
from tenants.accounts import guesses, links, mails, second_factor
from tenants.accounts.letters import reset_state
from tenants.accounts.sessions import (
    SignIn,
    end_sessions,
    find_first_membership,
    open_session,
)
from tenants.accounts.verification import AddressTaken, mark_verified
from tenants.audit import record_for_person
from tenants.models import Mail, Membership, Session, User
from tenants.models.credentials import find_match, normalize_address, normalize_password

MAX_LENGTH = 128


class WeakPassword(DomainError):
    """The password validators refuse the password; the message says why."""

    code = "weak_password"


class WrongPassword(DomainError):
    """The present password is another one."""

    code = "wrong_password"
    message = "The present password is not correct."


class MaximumLengthValidator:
    """Refuses passwords that the API does not take."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        return f"A password has at most {MAX_LENGTH} characters."


def validate_strength(password: str, user: User, *, shop_names: Sequence[str]) -> None:
    """Raise `WeakPassword` for a password that is too easy to guess for this person."""
    # The validator compares the person's attributes with the password.
    user.shop_names = normalize_password(" ".join(shop_names))  # type: ignore[attr-defined]
    try:
        validate_password(normalize_password(password), user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error


def confirm_password(*, user: User, password: str) -> None:
    """Check a signed-in person's password, within the limits of sign-in; raise `WrongPassword`."""
    guesses.take(guesses.PASSWORDS_OF_ADDRESS, user.email)
    if find_match([user], password) is None:
        raise WrongPassword
    guesses.give_back(guesses.PASSWORDS_OF_ADDRESS, user.email)


def change_password(
    *, membership: Membership, password: str, new_password: str, language: str = "en"
) -> SignIn:
    """Change the password, end every session and return a new one.

    Raises `WrongPassword`, `WeakPassword` and `TooManyGuesses`.
    """
    user = membership.user
    confirm_password(user=user, password=password)
    validate_strength(new_password, user, shop_names=_shop_names(user))
    _store_password(user, new_password, language)
    return open_session(membership)


def request_reset(*, email: str, language: str = "en") -> None:
    """Send a link to a person who has this address; the same for every address."""
    mails.post(Mail.Kind.PASSWORD_RESET, address=normalize_address(email), language=language)


def reset_password(
    *, token: str, new_password: str, client: str, code: str = "", language: str = "en"
) -> SignIn | None:
    """Set a new password by the link of a mail and end every session; return a new one.

    The link also proves that the address is the person's, and ends their lock-out. A second
    factor is required as for sign-in. Returns None for a person without a shop. Raises
    `WrongLink`, `WeakPassword`, `TooManyGuesses` and `AuthenticationFailed`.
    """
    user_id, digest = links.open_token(links.PASSWORD_RESET, token, client=client)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise links.WrongLink
    links.verify_state(links.PASSWORD_RESET, digest, reset_state(user))
    validate_strength(new_password, user, shop_names=_shop_names(user))
    second_factor.require(user, code)
    with transaction.atomic():
        # Again under the lock: the link is valid for one of concurrent uses.
        user = User.objects.select_for_update().get(pk=user_id)
        links.verify_state(links.PASSWORD_RESET, digest, reset_state(user))
        _store_password(user, new_password, language)
        record_for_person("password.reset", user=user, address=client)
    with suppress(AddressTaken):
        mark_verified(user)
    guesses.clear(guesses.PASSWORDS_OF_ADDRESS, user.email)
    membership = find_first_membership(user)
    return open_session(membership) if membership else None


def _store_password(user: User, password: str, language: str) -> None:
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        end_sessions(user, by=Session.End.EVERYWHERE)
        mails.post(
            Mail.Kind.PASSWORD_CHANGED, address=user.email, language=language, subject_id=user.pk
        )


def _shop_names(user: User) -> list[str]:
    with all_shops():
        shops = Membership.objects.filter(user=user).values_list("shop__name", flat=True)
        return list(shops)
