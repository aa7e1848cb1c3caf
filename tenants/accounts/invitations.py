"""Invitations to become a member of a shop."""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.errors import Conflict, DomainError
from core.tenancy import all_shops
from tenants.accounts import guesses, links, mails
from tenants.accounts.letters import invitation_state
from tenants.accounts.passwords import validate_strength
from tenants.audit import record
from tenants.models import Invitation, Mail, Membership, Shop, User
from tenants.models.credentials import normalize_address


class UnverifiedInviter(DomainError):
    """A person whose address is not verified cannot have mails sent to others."""

    status_code = 403
    code = "email_not_verified"
    message = "Confirm your own e-mail address first: see the mail, or have it sent again."


class AlreadyMember(Conflict):
    """The person who verified the address is a member of the shop."""

    code = "already_member"
    message = "This person is already a member of the shop."


class PasswordRequired(DomainError):
    """The address has no account yet."""

    code = "password_required"
    message = "Choose a password: there is no account with this address yet."


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers, for the person who got it."""

    shop: Shop
    email: str
    role: str
    needs_password: bool


def invite(*, shop: Shop, inviter: User, email: str, role: str, language: str = "en") -> Invitation:
    """Invite an address, again if it was invited before, whose older link then ends.

    The same for addresses with and without an account. Raises `UnverifiedInviter`,
    `AlreadyMember` and `TooManyGuesses`.
    """
    if not inviter.has_verified_email:
        raise UnverifiedInviter
    address = normalize_address(email)
    owner = _owner_of(address)
    if owner and Membership.objects.filter(shop=shop, user=owner).exists():
        raise AlreadyMember
    guesses.take(guesses.INVITATIONS, str(shop.pk))
    with transaction.atomic():
        values = {
            "role": role,
            "invited_by": inviter,
            "expires_at": timezone.now() + settings.INVITATION_LIFETIME,
        }
        invitation: Invitation
        invitation, _ = Invitation.objects.update_or_create(
            shop=shop, email=address, defaults=values
        )
        mails.post(
            Mail.Kind.INVITATION, address=address, language=language, subject_id=invitation.pk
        )
    return invitation


def revoke(*, invitation: Invitation) -> None:
    """End an invitation and its link."""
    invitation.delete()


def read_offer(*, token: str, client: str) -> Offer:
    """Return what a link offers, without accepting it; raise `WrongLink`."""
    opened = links.open_token(links.INVITATION, token, client=client)
    with all_shops():
        invitation = _find(*opened)
    needs_password = _owner_of(invitation.email) is None
    return Offer(invitation.shop, invitation.email, invitation.role, needs_password)


def accept(*, token: str, client: str, password: str = "", name: str = "") -> Membership:
    """Make the person who got the mail a member; a new person chooses a password.

    People who only claim the address do not count: they may be others. Raises `WrongLink`,
    `PasswordRequired` and `WeakPassword`.
    """
    opened = links.open_token(links.INVITATION, token, client=client)
    with all_shops(), transaction.atomic():
        invitation = _find(*opened, is_locked=True)
        user = _owner_of(invitation.email) or _create_person(invitation, password, name)
        membership, _ = Membership.objects.get_or_create(
            user=user, shop=invitation.shop, defaults={"role": invitation.role}
        )
        invitation.delete()
        record(
            "member.joined",
            shop_id=membership.shop_id,
            actor_id=user.pk,
            target=("user", user.pk),
            address=client,
            role=membership.role,
        )
    return membership


def _find(invitation_id: UUID, digest: str, *, is_locked: bool = False) -> Invitation:
    found = Invitation.objects.select_related("shop").filter(
        pk=invitation_id, expires_at__gt=timezone.now(), shop__is_active=True
    )
    if is_locked:
        found = found.select_for_update(of=("self",))
    invitation: Invitation | None = found.first()
    if invitation is None:
        raise links.WrongLink
    links.verify_state(links.INVITATION, digest, invitation_state(invitation))
    return invitation


def _owner_of(address: str) -> User | None:
    return User.objects.with_address(address).filter(email_verified_at__isnull=False).first()


def _create_person(invitation: Invitation, password: str, name: str) -> User:
    """Create a person whose address the mail has verified."""
    if not password:
        raise PasswordRequired
    name = unicodedata.normalize("NFC", name)
    person = User(email=invitation.email, name=name)
    validate_strength(password, person, shop_names=[invitation.shop.name])
    return User.objects.create_user(
        invitation.email, password, name=name, email_verified_at=timezone.now()
    )
