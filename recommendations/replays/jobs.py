"""Run replays: choose the prompts, and answer each before and after the change."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from catalog.models import VectorIndex
from core.errors import DomainError, Unavailable
from core.jobs.runner import Overtaken, Postponed, run_waiting
from recommendations.answers.answer import find_answer
from recommendations.answers.context import Stopwatch
from recommendations.models import Event, Prompt, Replay, ReplayedPrompt
from recommendations.models.replays import REPLAYS
from recommendations.query import Query
from recommendations.query.synonyms import SynonymTable
from recommendations.replays.comparison import FIRST, FirstResult, compare_answers
from recommendations.replays.proposals import load_steering, propose_synonyms
from recommendations.steering.weights import Steering
from tenants.models import Shop

SOURCES = (Prompt.Source.SEARCH, Prompt.Source.AGENT, Prompt.Source.SIMILAR)
BATCH = 50
REPAIR_WAIT = timedelta(minutes=1)
# A replay whose encoder or index does not come back is given up.
MAX_WAIT = timedelta(days=1)

# Reads a stored request as the API does; raises `DomainError`.
ReadQuery = Callable[[Shop, Mapping[str, Any]], Query]


class IndexGone(DomainError):
    """An index of the replay was removed."""

    code = "index_gone"
    message = "The index that answers, or the one to compare it with, was removed meanwhile."


class ReplayTooOld(DomainError):
    """The replay has waited for the encoder or the index for too long."""

    code = "replay_too_old"
    message = "The encoder or the index did not answer for a day; request the replay again."


@dataclass(frozen=True, slots=True)
class ReplaySide:
    """One of the two rankings of a replay."""

    index: VectorIndex
    steering: Steering
    synonyms: SynonymTable | None = None


def run_all_replays(read_query: ReadQuery) -> int:
    """Run replays until none waits; return how many."""
    return run_waiting(REPLAYS, lambda replay: run_replay(replay, read_query), size=1)


def run_replay(replay: Replay, read_query: ReadQuery) -> dict[str, Any]:
    """Compare all prompts that are left; return the fields to store. Can run again.

    Raises `Overtaken` if it was cancelled, `EncoderBusy`, `Postponed`, `IndexGone` and
    `ReplayTooOld`.
    """
    if replay.created_at < timezone.now() - MAX_WAIT:
        raise ReplayTooOld
    sides = _read_sides(replay)
    if not replay.is_begun:
        _choose_prompts(replay)
    while rows := _read_batch(replay):
        clicked = find_clicked([row.prompt_id for row in rows])
        for row in rows:
            query = partial(read_query, replay.shop, row.prompt.query)
            fields = _compare(replay.shop, query, sides, clicked.get(row.prompt_id, set()))
            _store(replay, row, fields)
    return {"finished_at": Now()}


def find_clicked(prompt_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Return the items that were clicked in the answers to prompts, on all pages; two queries."""
    pages = Prompt.objects.filter(feed__in=prompt_ids).values_list("pk", "feed")
    first_pages = {pk: pk for pk in prompt_ids} | dict(pages)
    clicks = Event.objects.filter(prompt__in=first_pages, kind=Event.Kind.CLICK)
    found: dict[UUID, set[str]] = {}
    rows = clicks.values_list("prompt_id", "image_id", "image__product__external_id")
    for prompt_id, image_id, external_id in rows:
        found.setdefault(first_pages[prompt_id], set()).add(external_id or str(image_id))
    return found


def _read_sides(replay: Replay) -> tuple[ReplaySide, ReplaySide]:
    ids = (replay.present_index, replay.proposed_index)
    indexes = VectorIndex.objects.in_bulk(ids)
    if not indexes.keys() >= {*ids}:
        raise IndexGone
    if not all(index.is_complete for index in indexes.values()):
        # Without the collection, every prompt would be compared with every image.
        raise Postponed(REPAIR_WAIT)
    before, after = map(load_steering, (replay.present_steering, replay.proposed_steering))
    synonyms = propose_synonyms(replay.change)
    return ReplaySide(indexes[ids[0]], before), ReplaySide(indexes[ids[1]], after, synonyms)


def _choose_prompts(replay: Replay) -> None:
    """Store which prompts are replayed: the last searches, without further pages.

    Searches that the stylist made have no stored request.
    """
    prompts = Prompt.objects.filter(source__in=SOURCES, feed=None).exclude(query={})
    newest = prompts.order_by("-id").values_list("pk", flat=True)[: replay.number_of_prompts]
    rows = [ReplayedPrompt(shop_id=replay.shop_id, replay=replay, prompt_id=pk) for pk in newest]
    with transaction.atomic():
        ReplayedPrompt.objects.bulk_create(rows, ignore_conflicts=True)
        _renew(replay, is_begun=True)


def _read_batch(replay: Replay) -> list[ReplayedPrompt]:
    left = ReplayedPrompt.objects.filter(replay=replay, is_done=False)
    return list(left.select_related("prompt").order_by("-prompt_id")[:BATCH])


def _compare(
    shop: Shop,
    read_query: Callable[[], Query],
    sides: tuple[ReplaySide, ReplaySide],
    clicked: set[str],
) -> dict[str, Any]:
    """Return the fields of a prompt: both answers and their difference, or the problem."""
    try:
        query = read_query()
        before, after = (_find_first(shop, query, side) for side in sides)
    except Unavailable:
        raise
    except DomainError as error:
        return {"problem": {"code": error.code, "detail": error.message}}
    return {
        "before": [result.to_json() for result in before],
        "after": [result.to_json() for result in after],
        **asdict(compare_answers(before, after, clicked)),
    }


def _find_first(shop: Shop, query: Query, side: ReplaySide) -> list[FirstResult]:
    *_, found = find_answer(
        shop=shop,
        index=side.index,
        query=query,
        watch=Stopwatch(),
        steering=side.steering,
        synonyms=side.synonyms,
    )
    return [
        FirstResult(result.id, result.image["external_id"], result.match)
        for result in found.results[:FIRST]
    ]


def _store(replay: Replay, row: ReplayedPrompt, fields: Mapping[str, Any]) -> None:
    with transaction.atomic():
        _renew(replay)
        ReplayedPrompt.objects.filter(pk=row.pk).update(is_done=True, **fields)


def _renew(replay: Replay, **fields: Any) -> None:
    """Extend the lease, and set fields; raise `Overtaken` if the replay was cancelled."""
    due_at = Now() + timedelta(seconds=settings.QUALITY_LEASE_SECONDS)
    current = replay.if_current().filter(state=Replay.State.PENDING)
    if not current.update(due_at=due_at, **fields):
        raise Overtaken
