"""Sessions of members: pairs of tokens, their rotation and their end."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken, Token

from core.tenancy import all_shops
from tenants.audit import record_for_person
from tenants.models import Membership, Session, User


@dataclass(frozen=True, slots=True)
class SignIn:
    """A signed-in member: a short-lived access token, and a refresh token for one use."""

    access: str
    refresh: str
    membership: Membership


def open_session(membership: Membership) -> SignIn:
    """Start a session of a member."""
    user = membership.user
    token = _RefreshToken()
    session = Session.objects.create(
        user=user,
        token_digest=_digest(token),
        expires_at=timezone.now() + settings.SESSION_LIFETIME,
    )
    return _make_pair(token, session, membership)


def refresh_session(*, refresh: str, shop_id: UUID | None = None) -> SignIn:
    """Exchange a refresh token, which is valid for one use, for a new pair.

    The new pair is for the same shop, or for another shop of the person. A second use of a token
    means that it was copied. Since either user may be the thief, it ends every session of the
    person. Raises `AuthenticationFailed`.
    """
    with transaction.atomic():
        claims, session = _lock_session(refresh)
        is_first_use = session.token_digest == _digest(claims)
        if is_first_use:
            # Under the lock: a second use waits for it, and must find the new pair to end it.
            membership = find_membership(claims, shop_id=shop_id)
            pair = _rotate(session, membership) if membership else None
    if not is_first_use:
        with transaction.atomic():
            end_sessions(session.user, by=Session.End.REUSE)
            record_for_person("session.token_reused", user=session.user)
        raise _refuse_reuse()
    if pair is None:
        raise AuthenticationFailed("This person is not a member of the shop.", code="invalid_token")
    return pair


def sign_out(*, refresh: str) -> None:
    """End the session of a refresh token; ending it again is not an error."""
    claims = _read_claims(refresh)
    sessions = Session.objects.filter(**_session_of(claims), ended_by="")
    with transaction.atomic():
        session = sessions.select_related("user").first()
        if session and sessions.update(ended_by=Session.End.SIGN_OUT):
            record_for_person("session.ended", user=session.user)


def end_sessions(user: User, *, by: Session.End) -> None:
    """End every session and access token of a person, and their sessions of the admin."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.renew_epoch()
        locked.save(update_fields=["session_epoch"])
        locked.sessions.filter(ended_by="").update(ended_by=by)
    user.session_epoch = locked.session_epoch


def find_membership(claims: Token, *, shop_id: UUID | None = None) -> Membership | None:
    """Return the membership that a token names, if it and the person's sessions still hold.

    `shop_id` asks for the person's membership in another shop. Makes one query.
    """
    with all_shops():
        members = Membership.objects.select_related("shop", "user").filter(user__is_active=True)
        membership = members.filter(
            user_id=claims.get("user_id"), shop_id=shop_id or claims.get("shop_id")
        ).first()
    # Tokens from before sessions had an epoch are of the first, 0.
    if membership and membership.user.session_epoch == claims.get("epoch", 0):
        return membership
    return None


def find_first_membership(user: User, *, shop_id: UUID | None = None) -> Membership | None:
    """Return a person's membership in a shop, or the one they have had longest."""
    with all_shops():
        members = Membership.objects.select_related("shop", "user").filter(user=user)
        if shop_id:
            members = members.filter(shop_id=shop_id)
        return members.order_by("id").first()


def _rotate(session: Session, membership: Membership) -> SignIn:
    token = _RefreshToken()
    session.token_digest = _digest(token)
    session.save(update_fields=["token_digest"])
    return _make_pair(token, session, membership)


def _make_pair(token: RefreshToken, session: Session, membership: Membership) -> SignIn:
    token["user_id"] = str(membership.user_id)
    token["shop_id"] = str(membership.shop_id)
    token["epoch"] = membership.user.session_epoch
    token["session"] = str(session.pk)
    access = token.access_token
    for each in (token, access):
        each["exp"] = min(each["exp"], int(session.expires_at.timestamp()))
    return SignIn(str(access), str(token), membership)


def _lock_session(refresh: str) -> tuple[Token, Session]:
    """Verify a refresh token and lock its session, so that concurrent uses take turns."""
    claims = _read_claims(refresh)
    locked = Session.objects.select_for_update(of=("self",)).select_related("user")
    session = locked.filter(**_session_of(claims)).first()
    if session is None or session.expires_at <= timezone.now():
        raise _refuse()
    if session.ended_by == Session.End.REUSE:
        raise _refuse_reuse()
    if session.ended_by:
        message = "This session has ended; sign in again."
        raise AuthenticationFailed(message, code="session_ended")
    return claims, session


def _read_claims(refresh: str) -> Token:
    try:
        claims: Token = _RefreshToken(refresh)  # type: ignore[arg-type]
        UUID(str(claims.get("session", UUID(int=0))))
    except (TokenError, ValueError, ValidationError) as error:
        raise _refuse() from error
    return claims


def _session_of(claims: Token) -> dict[str, str]:
    """Return how to find the session of a token; older tokens name only themselves."""
    session_id = claims.get("session")
    return {"pk": session_id} if session_id else {"token_digest": _digest(claims)}


def _digest(token: Token) -> str:
    return hashlib.sha256(str(token["jti"]).encode()).hexdigest()


def _refuse() -> AuthenticationFailed:
    return AuthenticationFailed("This refresh token is not valid.", code="invalid_token")


def _refuse_reuse() -> AuthenticationFailed:
    message = "This refresh token was already used; sign in again."
    return AuthenticationFailed(message, code="refresh_token_reused")


class _RefreshToken(RefreshToken):
    def check_blacklist(self) -> None:
        """Do nothing: sessions have a table of their own, which stores no tokens."""
