"""Request, cancel and delete replays."""

from dataclasses import asdict
from datetime import timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from catalog.indexing.indexes import get_live_index
from catalog.indexing.readiness import may_be_switched
from catalog.indexing.switches import IndexNotReady
from catalog.models import VectorIndex
from core.errors import Conflict
from core.tenancy import all_shops
from recommendations.models import Replay
from recommendations.models.replays import REPLAYS
from recommendations.replays.proposals import (
    RankingChange,
    dump_steering,
    propose,
    select_present,
)
from recommendations.steering.experiments import NothingToCompare
from recommendations.steering.weights import read_steering
from tenants.models import Shop

MAX_PROMPTS = 1_000
# Of a shop: when one more is requested, the oldest is deleted.
MAX_REPLAYS = 30
RETENTION = timedelta(days=30)


class ReplayRunning(Conflict):
    """The shop has a replay that is not finished."""

    code = "replay_running"
    message = "A replay of this shop waits or runs; cancel it, or let it end."


class ReplayEnded(Conflict):
    """There is nothing to cancel."""

    code = "replay_ended"
    message = "This replay has ended already."


def start_replay(*, shop: Shop, change: RankingChange, number_of_prompts: int) -> Replay:
    """Have a worker answer the shop's last prompts before and after a change.

    Raises `NothingToCompare`, `TooManyRules`, `IndexNotReady`, and `ReplayRunning`.
    """
    present = select_present(read_steering(shop), timezone.now())
    proposed = propose(present, change)
    live = get_live_index(shop.pk)
    index = live.pk if change.index in (None, live.pk) else _find_candidate(change.index)
    before, after = dump_steering(present), dump_steering(proposed)
    has_synonyms = change.synonyms_added or change.synonyms_removed
    if before == after and index == live.pk and not has_synonyms:
        raise NothingToCompare("The change leaves the ranking as it is; change something.")
    try:
        with transaction.atomic():
            replay: Replay = Replay.objects.create(
                shop=shop,
                change=asdict(change),
                present_steering=before,
                proposed_steering=after,
                present_index=live.pk,
                proposed_index=index,
                number_of_prompts=number_of_prompts,
            )
            REPLAYS.wake()
    except IntegrityError as error:
        raise ReplayRunning from error
    older = Replay.objects.filter(shop=shop).order_by("-id")[MAX_REPLAYS:]
    Replay.objects.filter(pk__in=list(older.values_list("pk", flat=True))).delete()
    return replay


def cancel_replay(*, replay: Replay) -> None:
    """End a replay before its next prompt; what it has compared stays. Raises `ReplayEnded`."""
    waiting = Replay.objects.filter(pk=replay.pk, state=Replay.State.PENDING)
    ended = {"state": Replay.State.CANCELLED, "finished_at": Now(), "updated_at": Now()}
    if not waiting.update(version=F("version") + 1, problem=None, **ended):
        raise ReplayEnded
    replay.refresh_from_db()


def delete_old_replays() -> None:
    """Delete the replays of all shops that were requested too long ago."""
    with all_shops():
        Replay.objects.filter(created_at__lt=timezone.now() - RETENTION).delete()


def _find_candidate(pk: UUID | None) -> UUID:
    """Return the id of an index that waits to become live; raises `IndexNotReady`."""
    index: VectorIndex | None = VectorIndex.objects.filter(pk=pk).first()
    if index is None or not may_be_switched(index):
        raise IndexNotReady
    return index.pk
