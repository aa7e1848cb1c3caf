"""A shop's policy, which is its gate and the profile whose rules it uses; judge reports by it."""

from datetime import date
from uuid import UUID

from django.db.models import F

from catalog.models import Image
from catalog.services import ImageGone, PhotoChanged, clear_image
from core.errors import DomainError
from core.tenancy import all_shops, scoped_shop_id
from quality.measure.assessment import Assessment
from quality.models import Policy, Report
from quality.profiles import PROFILES, Profile, judge, read_profile

OWN = "own"
KEYS = (*PROFILES, OWN)
CHUNK_SIZE = 500


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


def judge_reports() -> int:
    """Judge every report of the scope's shop by its current policy; return how many there are.

    Held images that pass are cleared. If the policy changes during the work, it starts again, so
    concurrent calls end with the same result.
    """
    while True:
        policy = get_policy(scoped_shop_id())
        count = _judge_by(policy)
        now = Policy.objects.filter(shop_id=policy.shop_id)
        now.filter(version=policy.version).update(judged_version=policy.version)
        if get_policy(policy.shop_id).version == policy.version:
            return count


def find_unjudged_shops() -> list[UUID]:
    """Return the shops with reports that were not judged by the current policy."""
    with all_shops():
        changed = Policy.objects.exclude(version=F("judged_version"))
        return list(changed.values_list("shop_id", flat=True))


def _judge_by(policy: Policy) -> int:
    if policy.gate != Policy.Gate.HOLD:
        for image in Image.objects.live().filter(status=Image.Status.HELD):
            release_image(image, policy, has_passed=False)
    profile = get_profile(policy)
    count = 0
    reports = Report.objects.done().select_related("image").order_by("pk")
    for report in reports.iterator(chunk_size=CHUNK_SIZE):
        judgement = judge(profile, Assessment.from_json(report.examined))
        # A report that was measured again since the query was also judged again.
        Report.objects.done().filter(pk=report.pk, version=report.version).update(
            profile=profile.key, passed=judgement.passed, failed_rules=judgement.failed
        )
        if report.image.version == report.image_version:
            release_image(report.image, policy, has_passed=judgement.passed)
        count += 1
    return count


def release_image(image: Image, policy: Policy, *, has_passed: bool) -> None:
    """Clear a held image that passed, or whose shop does not hold images any more."""
    may_pass = has_passed or policy.gate != Policy.Gate.HOLD
    if image.status == Image.Status.HELD and image.deleted_at is None and may_pass:
        try:
            clear_image(image=image)
        except (ImageGone, PhotoChanged):
            return
