"""Every image's report: measured, judged by the shop's policy, and let through the gate or not."""

from typing import Any

from catalog.models import Image
from core.jobs.runner import Overtaken, run_waiting
from core.storage import read_file
from quality.jobs.queues import REPORTS
from quality.measure.assessor import assess, read_stored_frame
from quality.models import Report
from quality.policies import get_policy, get_profile
from quality.profiles.checking import judge
from quality.reports.consistency import read_look
from quality.reports.judgement import release_image

BATCH = 8


def make_reports() -> int:
    """Measure every image that waits for it; return how many were looked at."""
    return run_waiting(REPORTS, make_report, size=BATCH)


def make_report(report: Report) -> dict[str, Any]:
    """Return what is to be kept of a photo, having cleared the image if it may pass.

    Clearing comes first: a worker lost in between does it again, and never not at all. A shop that
    holds none any more gets back photos that cannot be measured, too.
    """
    image: Image | None = Image.objects.live().filter(pk=report.image_id).first()
    if image is None:
        raise Overtaken
    release_image(image, get_policy(report.shop_id), has_passed=False)
    frame = read_stored_frame(
        original=read_file(str(image.original.name)),
        rendition=read_file(str(image.photo.name)),
        digest=image.digest,
    )
    found = assess(frame)
    policy = get_policy(report.shop_id)  # as it is by now
    profile = get_profile(policy)
    judgement = judge(profile, found)
    release_image(image, policy, has_passed=judgement.passed)
    return {
        "image_version": image.version,
        "examined": found.to_json(),
        "score": found.score,
        "verdict": found.verdict,
        "profile": profile.key,
        "passed": judgement.passed,
        "failed_rules": judgement.failed,
        "look": read_look(found),
    }
