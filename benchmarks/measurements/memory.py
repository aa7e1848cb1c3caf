"""Resident memory of the processes after loading and working."""

from benchmarks.encoders import Subject
from benchmarks.report import Goal, Report
from benchmarks.stack import Stack

WEB = Goal("≤", 250)
WORKER = Goal("≤", 1_500)


def measure_memory(stack: Stack, subject: Subject, report: Report) -> None:
    for program, goal in (("web", WEB), ("worker", WORKER)):
        report.add(
            f"{subject.title}: {program}, resident memory",
            stack.resident_megabytes(program),
            unit="MB",
            goal=goal,
        )
