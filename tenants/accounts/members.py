"""The members of a shop and their roles."""

from django.db import transaction

from core.errors import Conflict
from core.tenancy import all_shops
from tenants.models import Membership, Shop, User


class LastOwner(Conflict):
    """A shop without an owner could not be managed any more."""

    code = "last_owner"
    message = "This is the shop's last owner: make somebody else an owner first."


def list_memberships(*, user: User) -> list[Membership]:
    """Return a person's memberships in active shops, the oldest first."""
    with all_shops():
        members = Membership.objects.select_related("shop").filter(user=user, shop__is_active=True)
        return list(members.order_by("id"))


def change_role(*, membership: Membership, role: str) -> Membership:
    """Give a member another role, which counts from their next request; raise `LastOwner`."""
    with transaction.atomic():
        _lock_shop(membership)
        if role != Membership.Role.OWNER:
            _require_another_owner(membership)
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def remove_member(*, membership: Membership) -> None:
    """Remove a member, or oneself, from a shop; raise `LastOwner`."""
    with transaction.atomic():
        _lock_shop(membership)
        _require_another_owner(membership)
        membership.delete()


def _lock_shop(membership: Membership) -> None:
    """Make changes of a shop's members take turns, so that two owners cannot both leave."""
    Shop.objects.select_for_update(no_key=True).get(pk=membership.shop_id)
    membership.refresh_from_db(fields=["role"])


def _require_another_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(shop_id=membership.shop_id, role=Membership.Role.OWNER)
    others = owners.filter(user__is_active=True).exclude(pk=membership.pk)
    if membership.role == Membership.Role.OWNER and not others.exists():
        raise LastOwner
