"""Run report jobs: measure an image, judge it by the shop's policy, clear it if it passes."""

from typing import Any

from catalog.models import Image
from core.jobs.runner import Overtaken, run_waiting
from core.storage import read_file
from quality.jobs.queues import REPORTS
from quality.measure.assessor import assess, read_stored_frame
from quality.models import Report
from quality.policies import get_policy, get_profile
from quality.profiles.compliance import judge
from quality.reports.consistency import read_look
from quality.reports.judgement import release_image

BATCH_SIZE = 8


def make_reports() -> int:
    """Run all waiting reports; return how many."""
    return run_waiting(REPORTS, make_report, size=BATCH_SIZE)


def make_report(report: Report) -> dict[str, Any]:
    """Measure and judge one image; return the fields of its report.

    The image is cleared before the report is stored, so that a worker that dies in between repeats
    this and never skips it. If the shop does not hold images any more, the image is cleared before
    it is measured, which may fail.
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
    policy = get_policy(report.shop_id)  # it may have changed while the photo was measured
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
