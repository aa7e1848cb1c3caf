"""Every image's report: measured, judged by the shop's policy, and let through the gate or not."""

from typing import Any

from catalog.models import Image
from core.jobs.runner import Overtaken, run_waiting
from core.storage import read_file
from quality.jobs.queues import REPORTS
from quality.measure.scales import verdict_of
from quality.models import Report
from quality.policies import policy_of, profile_of
from quality.reports.assessment import judge
from quality.reports.assessor import assess, frame_of_files
from quality.reports.consistency import look_of
from quality.reports.judgement import settle

BATCH = 8


def make_reports() -> int:
    """Measure every image that waits for it; return how many were looked at."""
    return run_waiting(REPORTS, Report, make_report, size=BATCH)


def make_report(report: Report) -> dict[str, Any]:
    """Return what is to be kept of a photo, having cleared the image if it may pass.

    Clearing comes first: a worker lost in between does it again, and never not at all. A shop that
    holds none any more gets back photos that cannot be measured, too.
    """
    image: Image | None = Image.objects.live().filter(pk=report.image_id).first()
    if image is None:
        raise Overtaken
    settle(image, policy_of(report.shop_id), has_passed=False)
    frame = frame_of_files(
        original=read_file(str(image.original.name)),
        rendition=read_file(str(image.photo.name)),
        digest=image.digest,
    )
    found = assess(frame)
    policy = policy_of(report.shop_id)  # as it is by now
    profile = profile_of(policy)
    judgement = judge(profile, found)
    settle(image, policy, has_passed=judgement.passed)
    return {
        "image_version": image.version,
        "examined": found.to_json(),
        "score": found.score,
        "verdict": verdict_of(found.score / 100),
        "profile": profile.key,
        "passed": judgement.passed,
        "failed_rules": judgement.failed,
        "look": look_of(found),
    }
