"""Read what replays found: figures of all prompts, and prompts with their results."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Avg, Count, F, Q, Sum

from catalog.models import Image
from recommendations.models import Replay, ReplayedPrompt

MAX_SHOWN = 20
# Among so many prompts, different ones are looked for to show.
MAX_READ = 200


@dataclass(frozen=True, slots=True)
class ReplayedResult:
    """One of the first results, with the name and address of its photo if it still exists."""

    id: str
    external_id: str
    match: str | None
    name: str
    photo_url: str | None


@dataclass(frozen=True, slots=True)
class ReplayedAnswers:
    """A prompt of a replay, with its results before and after the change."""

    row: ReplayedPrompt
    before: list[ReplayedResult]
    after: list[ReplayedResult]


def read_summary(replay: Replay) -> dict[str, Any]:
    """Return the figures of the prompts that are compared so far; makes two queries.

    Rates and means are null without a prompt that was answered.
    """
    answered = Q(is_done=True, problem__isnull=True)
    rows = ReplayedPrompt.objects.filter(replay=replay)
    figures: dict[str, Any] = rows.aggregate(
        chosen=Count("pk"),
        done=Count("pk", filter=Q(is_done=True)),
        answered=Count("pk", filter=answered),
        changed=Count("pk", filter=Q(difference__gt=0)),
        overlap=Avg("overlap"),
        **{name: Sum(name, default=0) for name in ("moved", "entered", "left")},
        **{
            name: Sum(name, default=0)
            for name in ("clicked", "clicks_before", "clicks_lost", "clicks_won")
        },
        no_match_before=Count("pk", filter=answered & Q(is_match_before=False)),
        no_match_after=Count("pk", filter=answered & Q(is_match_after=False)),
    )
    count = figures["answered"]
    for side in ("before", "after"):
        no_match = figures.pop(f"no_match_{side}")
        figures[f"no_match_rate_{side}"] = round(no_match / count, 4) if count else None
    if count:
        figures["overlap"] = round(figures["overlap"], 4)
    lost, won = figures["clicks_lost"], figures["clicks_won"]
    figures["clicks_after"] = figures["clicks_before"] - lost + won
    failures = _count_failures(rows)
    return {**figures, "failed": sum(each["count"] for each in failures), "failures": failures}


def read_most_changed(replay: Replay) -> list[ReplayedAnswers]:
    """Return the prompts that change most, each text once; makes two queries."""
    rows = ReplayedPrompt.objects.filter(replay=replay, difference__gt=0)
    rows = rows.select_related("prompt").order_by("-difference", "-prompt_id")[:MAX_READ]
    different: dict[str, ReplayedPrompt] = {}
    for row in rows:
        different.setdefault(row.prompt.prompt.casefold() or str(row.prompt_id), row)
    return read_answers(list(different.values())[:MAX_SHOWN])


def read_answers(rows: Sequence[ReplayedPrompt]) -> list[ReplayedAnswers]:
    """Return prompts with their results as they are named now; makes one query."""
    images = _read_images(UUID(found["id"]) for row in rows for found in row.before + row.after)

    def describe(found: Mapping[str, Any]) -> ReplayedResult:
        name, photo = images.get(UUID(found["id"]), ("", None))
        url = None if photo is None else default_storage.url(photo)
        return ReplayedResult(**found, name=name, photo_url=url)

    return [
        ReplayedAnswers(row, list(map(describe, row.before)), list(map(describe, row.after)))
        for row in rows
    ]


def _read_images(ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    found = Image.objects.live().filter(pk__in=set(ids))
    return {pk: (name, photo) for pk, name, photo in found.values_list("pk", "name", "photo")}


def _count_failures(rows: Any) -> list[dict[str, Any]]:
    failed = rows.filter(problem__isnull=False).order_by().values(code=F("problem__code"))
    return list(failed.annotate(count=Count("pk")).order_by("-count", "code"))
