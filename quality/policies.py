"""What a shop asks of its photos: its gate, and the profile whose rules count."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import DomainError
from core.jobs.queues import wake_on_commit
from quality.models import Policy
from quality.profiles.builtin import PROFILES
from quality.profiles.model import Profile, read_profile
from tenants.models import Shop

OWN = "own"
JUDGE = "quality.tasks.judge_reports"
KEYS = (*PROFILES, OWN)


class ProfileUnknown(DomainError):
    """There is no profile of this name, or the shop has set none of its own."""

    code = "profile_unknown"

    def __init__(self, key: str) -> None:
        message = f"There is no profile {key!r}; there are {', '.join(KEYS)}."
        if key == OWN:
            message = "You have no rules of your own yet; PUT them to quality/profiles/own/ first."
        super().__init__(message, field="profile")


def get_policy(shop_id: UUID) -> Policy:
    """Return what a shop has set, or the defaults, unsaved."""
    found: Policy | None = Policy.objects.filter(shop_id=shop_id).first()
    return found or Policy(shop_id=shop_id)


def get_profile(policy: Policy, key: str = "") -> Profile:
    """Return a profile by its key, else the policy's; raises `ProfileUnknown`."""
    key = key or policy.profile
    if key == OWN and policy.own_profile is not None:
        return read_profile(policy.own_profile, as_of=policy.own_profile_as_of or date.min)
    if key not in PROFILES:
        raise ProfileUnknown(key)
    return PROFILES[key]


def set_policy(*, shop: Shop, fields: dict[str, Any]) -> Policy:
    """Change the gate or the profile; reports are judged anew, and images cleared that may pass."""
    with transaction.atomic():
        policy = _locked(shop)
        before = policy.profile, policy.gate
        for name, value in fields.items():
            setattr(policy, name, value)
        get_profile(policy)
        _save(policy, must_judge=(policy.profile, policy.gate) != before)
        Shop.objects.filter(pk=shop.pk).update(holds_photos=policy.gate == Policy.Gate.HOLD)
    return policy


def set_own_profile(*, shop: Shop, data: dict[str, Any], today: date) -> Policy:
    """Set the shop's own rules; raises `ProfileUnusable`."""
    read_profile(data, as_of=today)
    with transaction.atomic():
        policy = _locked(shop)
        policy.own_profile, policy.own_profile_as_of = data, today
        _save(policy, must_judge=policy.profile == OWN)
    return policy


def drop_own_profile(*, shop: Shop) -> Policy:
    """Forget the shop's own rules; where they counted, the default ones do from now on."""
    with transaction.atomic():
        policy = _locked(shop)
        policy.own_profile = policy.own_profile_as_of = None
        counted = policy.profile == OWN
        if counted:
            policy.profile = Policy._meta.get_field("profile").get_default()
        _save(policy, must_judge=counted)
    return policy


def _save(policy: Policy, *, must_judge: bool) -> None:
    """Save a policy, and have reports judged by it once this transaction commits."""
    if must_judge:
        policy.version += 1
        wake_on_commit(JUDGE, shop_id=str(policy.shop_id))
    policy.save()


def _locked(shop: Shop) -> Policy:
    """Return the policy as it is now, made where there was none, locked for this transaction."""
    Policy.objects.get_or_create(shop=shop)
    locked: Policy = Policy.objects.select_for_update().get(shop=shop)
    return locked
