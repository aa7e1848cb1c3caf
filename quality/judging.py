"""Reports judged anew when a shop's rules or its gate have changed; no photo is looked at again."""

from __future__ import annotations

from catalog.models import Image
from catalog.services import ImageGone, PhotoChanged, clear_image
from quality.examined import Examined, judge
from quality.models import Policy, Report
from quality.policies import policy_of, profile_of
from tenants.scope import scoped_shop_id

AT_ONCE = 500


def judge_reports() -> int:
    """Judge every report of the scope's shop by its present policy; return how many there are.

    A held image that may pass by it is cleared.
    """
    policy = policy_of(scoped_shop_id())
    profile = profile_of(policy)
    count = 0
    reports = Report.objects.done().select_related("image").order_by("pk")
    for report in reports.iterator(chunk_size=AT_ONCE):
        judgement = judge(profile, Examined.from_json(report.examined))
        # One that was measured anew meanwhile was judged anew, too.
        Report.objects.done().filter(pk=report.pk, version=report.version).update(
            profile=profile.key, passed=judgement.passed, failed_rules=judgement.failed
        )
        if report.image.version == report.image_version:
            settle(report.image, policy, has_passed=judgement.passed)
        count += 1
    return count


def settle(image: Image, policy: Policy, *, has_passed: bool) -> None:
    """Clear a held image that passed, or whose shop holds none any more."""
    may_pass = has_passed or policy.gate != Policy.Gate.HOLD
    if image.status == Image.Status.HELD and image.deleted_at is None and may_pass:
        try:
            clear_image(image=image)
        except (ImageGone, PhotoChanged):
            return
