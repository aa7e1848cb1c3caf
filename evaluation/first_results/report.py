"""Report of first results: a table of classes with their goals, the harm, and the failures."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from rich.table import Table

from evaluation.first_results.harness import PLAIN, FirstResultEvaluation, JudgedPrompt
from evaluation.reports import render

WIDTH = 110
# The least share of right first results of a class.
GOALS: Mapping[str, float] = MappingProxyType({
    "codes": 1.0, "accents": 1.0, "spelling, one edit": 0.95, "spelling, two edits": 0.85,
    "negation": 0.95, "prices": 0.98, "sizes": 0.98,
})  # fmt: skip
MAX_HARMED = 0


def render_first_results(evaluation: FirstResultEvaluation, *, with_failures: bool) -> str:
    """Return the figures; `with_failures` also lists each prompt whose first result is wrong."""
    title = f"First results, {evaluation.half.value.replace('_', '-')} half"
    table = Table("class", "prompts", "right first", "share", "goal", "met", title=title)
    for kind, judged in evaluation.by_kind.items():
        table.add_row(*_cells(kind, judged))
    table.add_section()
    right = sum(one.is_right for one in evaluation.judged)
    table.add_row("all", *_share_cells(right, len(evaluation.judged)), "", "")
    remarks = [_describe_harm(evaluation)]
    if with_failures:
        remarks += _list_failures(evaluation)
    return render([table], remarks, width=WIDTH)


def _cells(kind: str, judged: Sequence[JudgedPrompt]) -> tuple[str, ...]:
    right = sum(one.is_right for one in judged)
    cells, goal = _share_cells(right, len(judged)), GOALS.get(kind)
    if goal is None:
        return (kind, *cells, "", "")
    return (kind, *cells, f"{goal:.2f}", "yes" if right >= goal * len(judged) else "no")


def _share_cells(right: int, count: int) -> tuple[str, str, str]:
    return str(count), str(right), f"{right / count:.3f}"


def _describe_harm(evaluation: FirstResultEvaluation) -> str:
    plain = evaluation.by_kind.get(PLAIN, ())
    harmed = sum(one.is_harmed for one in plain)
    verdict = "yes" if harmed <= MAX_HARMED else "no"
    return (
        f"Harm: {harmed} of {len(plain)} plain prompts are right without understanding and wrong "
        f"with it; goal {MAX_HARMED}, met: {verdict}."
    )


def _list_failures(evaluation: FirstResultEvaluation) -> Iterator[str]:
    for kind, judged in evaluation.by_kind.items():
        for one in judged:
            if not one.is_right:
                harm = ", harmed" if one.is_harmed else ""
                yield f"{kind}{harm}: “{one.prompt.text}” → {one.first or 'nothing'}"
