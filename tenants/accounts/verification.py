"""Verification of e-mail addresses."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Conflict
from tenants.accounts import links, mails
from tenants.accounts.letters import verification_state
from tenants.audit import record_for_person
from tenants.models import Mail, User


class AddressTaken(Conflict):
    """Another person verified the address first; only their mailbox gets this answer."""

    code = "address_taken"
    message = "Another account has confirmed this address."


def request_verification(*, user: User, language: str = "en") -> None:
    """Send the mail with the link again; nothing if the address is verified."""
    if not user.has_verified_email:
        mails.post(
            Mail.Kind.VERIFICATION, address=user.email, language=language, subject_id=user.pk
        )


def verify_address(*, token: str, client: str) -> User:
    """Record that the address is the person's; raise `WrongLink` or `AddressTaken`."""
    user_id, digest = links.open_token(links.VERIFICATION, token, client=client)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise links.WrongLink
    links.verify_state(links.VERIFICATION, digest, verification_state(user))
    with transaction.atomic():
        mark_verified(user)
        record_for_person("address.verified", user=user, address=client)
    return user


def mark_verified(user: User) -> None:
    """Give the address to this person; raise `AddressTaken`."""
    if user.has_verified_email:
        return
    user.email_verified_at = timezone.now()
    try:
        with transaction.atomic():
            user.save(update_fields=["email_verified_at"])
    except IntegrityError as error:
        raise AddressTaken from error
