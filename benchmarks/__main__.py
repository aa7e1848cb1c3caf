"""`python -m benchmarks [indexing|uploads|search|memory]`: measure the product, or one part."""

from __future__ import annotations

import argparse
import os

import django

from benchmarks.encoders import prepare_subjects
from benchmarks.report import Report
from benchmarks.stack import FOLDER, ROOT, Stack

PARTS = ("indexing", "uploads", "search", "memory")
RESULT = ROOT / ".atelier" / "bench.json"


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("only", nargs="?", choices=PARTS, help="measure this part alone")
    only = parser.parse_args().only
    FOLDER.mkdir(parents=True, exist_ok=True)
    subjects = prepare_subjects()
    report = Report()
    with Stack() as stack:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
        django.setup()
        from benchmarks.parts import measure  # needs Django, and Django the stack's addresses

        for subject in subjects:
            with stack.serving(subject.environment):
                measure(stack, subject, report, only)
    report.show()
    report.write(RESULT)
    print(f"Written to {RESULT.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
