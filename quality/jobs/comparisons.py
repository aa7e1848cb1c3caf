"""Comparisons: two photos side by side, and the weaker one enhanced towards the stronger."""

import time
from dataclasses import asdict
from typing import Any

from core.jobs.runner import note_progress, run_waiting
from quality.compare.comparison import Comparison as Compared
from quality.compare.comparison import Side, compare
from quality.jobs.enhancements import told
from quality.jobs.photos import open_source, save_pixels
from quality.jobs.queues import COMPARISONS
from quality.models import Comparison, Source
from quality.policies import policy_of, profile_of
from quality.reports.assessor import examined

SIDES = {Side.ONE: "first", Side.OTHER: "second", Side.SAME: "same", Side.UNKNOWN: "unknown"}


def make_comparisons() -> int:
    """Compare every pair that somebody waits for; return how many."""
    return run_waiting(COMPARISONS, Comparison, make_comparison, size=1)


def make_comparison(row: Comparison) -> dict[str, Any]:
    """Return the result of one comparison, its file stored."""
    began = time.perf_counter()
    note_progress(row, "opening the photos", 0.0)
    sources = Source.objects.select_related("image").in_bulk([row.first_id, row.second_id])
    first, second = sources[row.first_id], sources[row.second_id]
    frames = open_source(first)[0], open_source(second)[0]
    compared = compare(
        *frames,
        level=row.enhancement_level,
        profile=profile_of(policy_of(row.shop_id), row.profile),
        tell=lambda stage, share: note_progress(row, stage, 0.1 + 0.85 * share),
    )
    fields = {"result": _told(compared), "stage": "done", "progress": 1.0}
    if compared.enhancement:
        weaker = second if compared.better is Side.ONE else first
        fields["enhanced"] = save_pixels(weaker, compared.enhancement.after.frame.pixels)
    return {**fields, "took_ms": round((time.perf_counter() - began) * 1000, 1)}


def _told(compared: Compared) -> dict[str, Any]:
    weaker = "second" if compared.better is Side.ONE else "first"
    return {
        "first": examined(compared.one).to_json(),
        "second": examined(compared.other).to_json(),
        "lines": {line.name: SIDES[line.better] for line in compared.lines},
        "better": SIDES[compared.better],
        "likeness": asdict(compared.likeness) if compared.likeness else None,
        "enhancement": (
            {"photo": weaker, **told(compared.enhancement)} if compared.enhancement else None
        ),
        "advice": compared.advice,
    }
