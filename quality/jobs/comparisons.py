"""Run comparison jobs."""

import time
from dataclasses import asdict
from typing import Any

from core.jobs.runner import note_progress, run_waiting
from quality.compare.comparison import ComparisonResult, Side, compare
from quality.jobs.photos import open_source, save_pixels
from quality.jobs.queues import COMPARISONS
from quality.measure.assessor import to_assessment
from quality.models import Comparison, Source
from quality.policies import get_policy, get_profile


def make_comparisons() -> int:
    """Run all waiting comparisons; return how many."""
    return run_waiting(COMPARISONS, make_comparison, size=1)


def make_comparison(row: Comparison) -> dict[str, Any]:
    """Run one comparison; return the fields of its result, with its file stored."""
    began = time.perf_counter()
    note_progress(row, "opening the photos", 0.0)
    sources = Source.objects.select_related("image").in_bulk([row.first_id, row.second_id])
    first, second = sources[row.first_id], sources[row.second_id]
    frames = open_source(first)[0], open_source(second)[0]
    compared = compare(
        *frames,
        level=row.enhancement_level,
        profile=get_profile(get_policy(row.shop_id), row.profile),
        on_progress=lambda stage, share: note_progress(row, stage, 0.1 + 0.85 * share),
    )
    fields = {"result": _to_json(compared), "stage": "done", "progress": 1.0}
    if compared.enhancement:
        weaker = second if compared.better is Side.FIRST else first
        fields["enhanced"] = save_pixels(weaker, compared.enhancement.after.frame.pixels)
    return {**fields, "took_ms": round((time.perf_counter() - began) * 1000, 1)}


def _to_json(compared: ComparisonResult) -> dict[str, Any]:
    weaker = "second" if compared.better is Side.FIRST else "first"
    return {
        "first": to_assessment(compared.first).to_json(),
        "second": to_assessment(compared.second).to_json(),
        "lines": {line.name: line.better for line in compared.lines},
        "better": compared.better,
        "likeness": asdict(compared.likeness) if compared.likeness else None,
        "enhancement": (
            {"photo": weaker, **compared.enhancement.to_improvement().to_json()}
            if compared.enhancement
            else None
        ),
        "advice": compared.advice,
    }
