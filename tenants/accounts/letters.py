"""The texts of mails, in the language of the person who asked for them."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext, ngettext

from core.tenancy import all_shops
from tenants.accounts import links
from tenants.models import Invitation, Mail, User


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says: paragraphs, a button with a link, and paragraphs after it."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    link: str
    remarks: tuple[str, ...] = ()


def write_letter(mail: Mail) -> EmailMultiAlternatives | None:
    """Return the message of a mail; None if there is nobody whom it concerns any more."""
    with translation.override(mail.language):
        letter = _WRITERS[Mail.Kind(mail.kind)](mail)
        if letter is None:
            return None
        context = {"letter": letter, "language": mail.language}
        message = EmailMultiAlternatives(
            # A shop's name may contain line breaks, which would begin another header.
            " ".join(letter.subject.split()),
            render_to_string("mails/letter.txt", context),
            to=[mail.address],
        )
        message.attach_alternative(render_to_string("mails/letter.html", context), "text/html")
    # Answers of holiday assistants help nobody.
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    return message


def reset_state(user: User) -> str:
    """Return what a new password changes, for links that reset it."""
    return f"{user.password} {user.email} {user.session_epoch}"


def verification_state(user: User) -> str:
    return f"{user.email} {user.email_verified_at}"


def invitation_state(invitation: Invitation) -> str:
    return f"{invitation.email} {invitation.role} {invitation.expires_at.isoformat()}"


def _write_verification(mail: Mail) -> Letter | None:
    people = User.objects.filter(email_verified_at=None, is_active=True)
    user = people.filter(pk=mail.subject_id).first() if mail.subject_id else None
    if user is None:
        return None
    if User.objects.with_address(mail.address).filter(email_verified_at__isnull=False).exists():
        return _write_taken()
    return Letter(
        subject=gettext("Confirm your e-mail address"),
        paragraphs=(
            gettext("Somebody registered a shop at Atelier with this address."),
            gettext("If it was you, confirm that the address is yours."),
        ),
        button=gettext("Confirm this address"),
        link=links.make_link(links.VERIFICATION, user.pk, verification_state(user)),
        remarks=(
            _describe_lifetime(links.VERIFICATION.lifetime),
            gettext("If it was not you, ignore this mail: the address is not confirmed then."),
        ),
    )


def _write_taken() -> Letter:
    return Letter(
        subject=gettext("You already have an account"),
        paragraphs=(
            gettext("Somebody registered a shop at Atelier with this address."),
            gettext(
                "You already have an account with it, so the new registration stays unconfirmed "
                "and cannot reach your shops. Sign in as before. If you forgot your password, you "
                "can set a new one."
            ),
        ),
        button=gettext("Set a new password"),
        link=links.page_address(links.PASSWORD_RESET),
        remarks=(gettext("If it was not you, there is nothing to do."),),
    )


def _write_reset(mail: Mail) -> Letter | None:
    user = User.objects.with_address(mail.address).filter(is_active=True).first()
    if user is None:
        return None
    return Letter(
        subject=gettext("Set a new password"),
        paragraphs=(gettext("Somebody asked to set a new password for your account at Atelier."),),
        button=gettext("Set a new password"),
        link=links.make_link(links.PASSWORD_RESET, user.pk, reset_state(user)),
        remarks=(
            _describe_lifetime(links.PASSWORD_RESET.lifetime),
            gettext("If it was not you, ignore this mail: your password stays the same."),
        ),
    )


def _write_change(mail: Mail) -> Letter | None:
    return Letter(
        subject=gettext("Your password was changed"),
        paragraphs=(
            gettext("The password of your account at Atelier was changed."),
            gettext("You were signed out everywhere else."),
        ),
        button=gettext("Set a new password"),
        link=links.page_address(links.PASSWORD_RESET),
        remarks=(gettext("If it was not you, set a new password now."),),
    )


def _write_invitation(mail: Mail) -> Letter | None:
    with all_shops():
        found = Invitation.objects.select_related("shop").filter(pk=mail.subject_id)
        invitation = found.first()
    if invitation is None:
        return None
    values = {"shop": invitation.shop.name}
    return Letter(
        subject=gettext("You are invited to %(shop)s") % values,
        paragraphs=(gettext("You are invited to work for the shop %(shop)s at Atelier.") % values,),
        button=gettext("Accept the invitation"),
        link=links.make_link(links.INVITATION, invitation.pk, invitation_state(invitation)),
        remarks=(
            _describe_lifetime(links.INVITATION.lifetime),
            gettext("If you did not expect this, ignore this mail."),
        ),
    )


def _describe_lifetime(lifetime: timedelta) -> str:
    hours = round(lifetime.total_seconds() / 3600)
    if hours < 48:
        text = ngettext(
            "The link works once, within %(hours)d hour.",
            "The link works once, within %(hours)d hours.",
            hours,
        )
        return text % {"hours": hours}
    days = hours // 24
    text = ngettext(
        "The link works once, within %(days)d day.",
        "The link works once, within %(days)d days.",
        days,
    )
    return text % {"days": days}


_WRITERS = {
    Mail.Kind.WELCOME: _write_verification,
    Mail.Kind.VERIFICATION: _write_verification,
    Mail.Kind.PASSWORD_RESET: _write_reset,
    Mail.Kind.PASSWORD_CHANGED: _write_change,
    Mail.Kind.INVITATION: _write_invitation,
}
