"""Measure the product, or one part of it: `python -m benchmarks [PART]`."""

import argparse
import os
import signal
import sys
from typing import Any

import django

from benchmarks.encoders import SUBJECTS, prepare_subjects
from benchmarks.report import Report
from benchmarks.stack import FOLDER, Stack
from demo.processes import BASE

PARTS = (
    "indexing", "uploads", "search", "recommending", "hybrid", "events", "quality", "stylist",
    "memory", "handler", "slow_clients", "hostile_photos", "request", "rebuild",
    "photo_links", "facets", "imports", "words", "suggestions", "affinity",
    "understanding",
)  # fmt: skip
RESULT = BASE / ".atelier" / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("only", nargs="?", choices=PARTS, help="measure only this part")
    titles = [subject.title for subject in SUBJECTS]
    parser.add_argument("--encoder", choices=titles, help="measure only this encoder")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _end)
    FOLDER.mkdir(parents=True, exist_ok=True)
    subjects = prepare_subjects(arguments.encoder)
    report = Report()
    with Stack() as stack:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
        django.setup()
        from benchmarks.parts import measure  # needs Django, which needs the stack's addresses

        for subject in subjects:
            with stack.serving(subject.environment):
                measure(stack, subject, report, arguments.only)
    report.show()
    report.write(RESULT)
    print(f"Written to {RESULT.relative_to(BASE)}.")


def _end(*_: Any) -> None:
    """Exit in order, so that no started or paused process remains."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    main()
