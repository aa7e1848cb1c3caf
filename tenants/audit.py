"""Write the audit log."""

from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_interface, ip_network
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.log_context import current_log_context
from core.tenancy import all_shops, shop_scope
from tenants.models import AuditEntry, Membership, User

MAX_CHANGES = 50
LOCK_OUT_PERIOD = timedelta(minutes=10)
IPV4_PREFIX, IPV6_PREFIX = 24, 48


def record(
    action: str,
    *,
    shop_id: UUID | None,
    actor: str = AuditEntry.Actor.MEMBER,
    actor_id: UUID | None = None,
    outcome: str = AuditEntry.EntryOutcome.SUCCEEDED,
    target: tuple[str, object] = ("", ""),
    changes: Iterable[str] = (),
    address: str = "",
    **details: Any,
) -> None:
    """Store an entry in the current transaction; `details` must hold nothing secret.

    `target` is a type and an id that is not personal data, such as a UUID.
    """
    kind, target_id = target
    with shop_scope(shop_id) if shop_id else all_shops():
        AuditEntry.objects.create(
            shop_id=shop_id,
            actor=actor,
            actor_id=actor_id,
            action=action[:80],
            outcome=outcome,
            target_type=kind[:40],
            target_id=str(target_id)[:40],
            changes=[name[:64] for name in sorted(changes)[:MAX_CHANGES]],
            details=details,
            request_id=current_log_context().request_id,
            network=find_network(address),
        )


def record_for_person(action: str, *, user: User, address: str = "", **details: Any) -> None:
    """Record what a person did to their own account, in the log of every shop of theirs."""
    shops: list[UUID | None]
    with all_shops():
        shops = list(Membership.objects.filter(user=user).values_list("shop_id", flat=True))
    for shop_id in shops or [None]:
        record(
            action,
            shop_id=shop_id,
            actor_id=user.pk,
            target=("user", user.pk),
            address=address,
            **details,
        )


def record_failed_sign_in(*, email: str, address: str) -> None:
    """Record a wrong password; makes the same queries whether the person exists or not."""
    membership = _find_member(email)
    record(
        "session.refused",
        shop_id=membership.shop_id if membership else None,
        actor=AuditEntry.Actor.UNKNOWN,
        outcome=AuditEntry.EntryOutcome.REFUSED,
        target=("user", membership.user_id) if membership else ("", ""),
        address=address,
    )


def record_lock_out(*, email: str, address: str) -> None:
    """Record that an address takes no passwords for a while, once in that time.

    Makes the same queries whether the person exists or not.
    """
    digest = salted_hmac("tenants.audit", email, algorithm="sha256").hexdigest()[:40]
    with all_shops():
        same = AuditEntry.objects.filter(action="session.locked_out", target_id=digest)
        if same.filter(created_at__gte=timezone.now() - LOCK_OUT_PERIOD).exists():
            return
    membership = _find_member(email)
    record(
        "session.locked_out",
        shop_id=membership.shop_id if membership else None,
        actor=AuditEntry.Actor.UNKNOWN,
        outcome=AuditEntry.EntryOutcome.REFUSED,
        target=("address", digest),
        address=address,
    )


def _find_member(email: str) -> Membership | None:
    """Return the first membership of the person who verified this address."""
    with all_shops():
        members = Membership.objects.filter(user__in=User.objects.with_address(email))
        verified = members.filter(user__email_verified_at__isnull=False)
        return verified.order_by("id").first()


def find_network(address: str) -> str:
    """Return the network of an address: enough to see a strange one, too little for a person."""
    try:
        ip = ip_interface(address).ip
    except ValueError:
        return ""
    prefix = IPV4_PREFIX if ip.version == 4 else IPV6_PREFIX
    return str(ip_network(f"{ip}/{prefix}", strict=False))


def purge_old_entries() -> None:
    """Delete entries that are older than `AUDIT_RETENTION_DAYS`."""
    with all_shops():
        before = timezone.now() - settings.AUDIT_RETENTION
        AuditEntry.objects.filter(created_at__lt=before).delete()
