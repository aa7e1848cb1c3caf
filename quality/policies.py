"""Read a shop's policy: its gate, and the profile whose rules it uses."""

from datetime import date
from uuid import UUID

from core.errors import DomainError
from quality.models import Policy
from quality.profiles.builtin import PROFILES
from quality.profiles.model import Profile, read_profile

OWN = "own"
KEYS = (*PROFILES, OWN)


class ProfileUnknown(DomainError):
    """There is no profile of this name, or the shop has no own profile."""

    code = "profile_unknown"

    def __init__(self, key: str) -> None:
        message = f"There is no profile {key!r}; there are {', '.join(KEYS)}."
        if key == OWN:
            message = "You have no rules of your own yet; PUT them to quality/profiles/own/ first."
        super().__init__(message, field="profile")


def get_policy(shop_id: UUID) -> Policy:
    """Return a shop's policy, or an unsaved one with the defaults."""
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
