"""The problems of an import: stored up to a limit, listed, and written as CSV."""

from collections.abc import Sequence

from catalog.feeds.records import RowProblem
from catalog.models import ImportJob, ImportProblem

# More are counted, and come with the next import once these are corrected.
MAX_STORED_PROBLEMS = 10_000
MAX_COLUMN_LENGTH = 200
MAX_DETAIL_LENGTH = 1_000


def store_problems(job: ImportJob, problems: Sequence[RowProblem]) -> None:
    """Store problems of a job as long as it has few; `job.problem_count` is what it had before."""
    free = max(0, MAX_STORED_PROBLEMS - job.problem_count)
    ImportProblem.objects.bulk_create(
        ImportProblem(
            shop_id=job.shop_id,
            job=job,
            row=problem.row,
            column=problem.column[:MAX_COLUMN_LENGTH],
            value=problem.value,
            code=problem.code,
            detail=problem.detail[:MAX_DETAIL_LENGTH],
        )
        for problem in problems[:free]
    )
