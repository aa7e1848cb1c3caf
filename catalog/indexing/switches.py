"""Move shops to another checkpoint or another encoder, while their old index answers.

A second index is built next to the live one. The ordinary queue embeds the images for it, in
portions, so that new uploads do not wait behind all of them. Once it finds what the live index
finds, one transaction switches the two; the old one is removed a little later.

A shop may choose the encoder, and the time of the switch. Then the index that it had can be taken
back for some days: it becomes the second index, and gets what has changed since.

Every step can run twice, and in several workers at a time.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from catalog.indexing.indexes import (
    ENTRIES,
    find_revision,
    get_live_index,
    make_collection_name,
)
from catalog.indexing.nodes import choose_node
from catalog.indexing.readiness import (
    find_outdated,
    find_untried,
    has_all_images,
    may_be_switched,
)
from catalog.indexing.repair import repair_index
from catalog.indexing.retirement import RETIREMENT, retire
from catalog.models import GarmentVectors, Image, IndexEntry, VectorIndex
from core.errors import Conflict
from core.ml.checkpoints import EncoderUnavailable, current_revision, encoder_spec
from core.ml.vector_store import VectorStoreUnavailable
from core.tenancy import all_shops
from tenants.models import Shop

log = structlog.get_logger(__name__)

State = VectorIndex.State
CHECKPOINT = ("encoder", "revision")
# Images that wait in a second index at a time: a new upload waits at most for these.
PORTION = 128
MAX_SHOPS = 20  # whose indexes get a portion in one step

# Compares the live and the second index of a shop; None if they have no image in common.
Trial = Callable[[VectorIndex, VectorIndex], dict[str, Any] | None]


class EncoderInUse(Conflict):
    """The live index of the shop has this encoder already."""

    code = "encoder_in_use"
    message = "The index has this encoder already."


class IndexNotReady(Conflict):
    """The index cannot be switched to: it is not complete yet, or it is not being built."""

    code = "index_not_ready"
    message = "This index is not ready: follow its `progress` until `is_ready` is true."


class IndexInUse(Conflict):
    """The live index answers, and cannot be removed."""

    code = "index_in_use"
    message = "This index is live; switch to another one first."


@dataclass(frozen=True, slots=True)
class SwitchProgress:
    """A second index that is being built: how many of the shop's images it has, and since when."""

    encoder: str
    revision: str
    embedded: int
    failed: int
    total: int
    started_at: datetime
    is_ready: bool


def start_switch(*, shop: Shop, encoder: str, is_manual: bool = False) -> VectorIndex:
    """Have the shop's images embedded by an encoder's configured checkpoint, in the background.

    Returns the index that is being built, or the live one if that is empty. Another switch of the
    shop is given up. If `is_manual`, the index waits for `finish_switch` when it is ready. Needs
    the shop's scope, but no encoder. Raises `EncoderUnavailable` for an unknown name, and
    `EncoderInUse`.
    """
    encoder_spec(encoder)
    revision, live = find_revision(encoder), get_live_index(shop.pk)
    if live.encoder == encoder and revision in ("", live.revision):
        raise EncoderInUse
    index = _start(shop.pk, encoder, revision)
    index.is_switched_manually = is_manual
    index.save(update_fields=["is_switched_manually"])
    return index


def finish_switch(*, index: VectorIndex) -> None:
    """Make a second index that is ready the live one now; raises `IndexNotReady`."""
    if not may_be_switched(index) or not _switch(index):
        raise IndexNotReady
    index.refresh_from_db()


def cancel_switch(*, index: VectorIndex) -> None:
    """Remove an index that is being built, or a retired one for good; raises `IndexInUse`."""
    with transaction.atomic():
        _lock(index.shop_id)
        index.refresh_from_db()
        if index.state == State.LIVE:
            raise IndexInUse
        retire(index, is_restorable=False)
    log.info("switch_cancelled", shop=str(index.shop_id), index=str(index.pk))


def read_progress(*, shop: Shop) -> SwitchProgress | None:
    """Return how far the shop's second index is; None if there is none. Needs the shop's scope."""
    index = VectorIndex.objects.filter(shop=shop, state=State.BUILDING).first()
    if index is None:
        return None
    counted = IndexEntry.objects.filter(index=index).aggregate(
        embedded=Count("pk", filter=Q(embedding__isnull=False)),
        failed=Count("pk", filter=Q(state=IndexEntry.State.FAILED)),
    )
    live = IndexEntry.objects.live().filter(shop=shop)
    return SwitchProgress(
        encoder=index.encoder,
        revision=index.revision,
        total=live.exclude(state=IndexEntry.State.REMOVING).count(),
        started_at=index.switched_at or index.created_at,
        is_ready=may_be_switched(index),
        **counted,
    )


def advance_switches(run_trial: Trial) -> None:
    """Start the switches that are needed, and take the next step of each.

    Runs where the checkpoints are; only the trial needs encoders.
    """
    with all_shops():
        _start_needed()
        for index in _find_hungry():
            _advance(index, run_trial)


def has_switches() -> bool:
    """Return whether any second index is being built."""
    with all_shops():
        return bool(VectorIndex.objects.filter(state=State.BUILDING).exists())


def may_need_switches() -> bool:
    """Return whether an index may have to be replaced, as far as this process sees the folders."""
    with all_shops():
        live = VectorIndex.objects.filter(state=State.LIVE)
        checkpoints = set(live.values_list(*CHECKPOINT).distinct())
    return any(_may_be_stale(*checkpoint) for checkpoint in checkpoints)


def _may_be_stale(encoder: str, revision: str) -> bool:
    return encoder not in settings.ENCODERS or find_revision(encoder) != revision


def find_checkpoints_in_use() -> set[tuple[str, str]]:
    """Return every encoder and revision that requests may need, and those that are configured."""
    with all_shops():
        old = Q(state=State.RETIRED, switched_at__lt=timezone.now() - RETIREMENT)
        found = set(VectorIndex.objects.exclude(old).values_list(*CHECKPOINT).distinct())
    names = {settings.DEFAULT_ENCODER, *(encoder for encoder, _ in found)}
    return found | {(name, find_revision(name)) for name in names}


def drop_stale(index_ids: Collection[UUID]) -> set[UUID]:
    """Return those of the indexes whose checkpoint is the configured one.

    An index that is being replaced keeps its calibration: its encoder may be gone.
    """
    with all_shops():
        rows = list(VectorIndex.objects.filter(pk__in=index_ids).values_list("pk", *CHECKPOINT))
    stale = {
        checkpoint for checkpoint in {row[1:] for row in rows} if _find_replacement(*checkpoint)
    }
    return {pk for pk, *checkpoint in rows if tuple(checkpoint) not in stale}


def _find_replacement(encoder: str, revision: str) -> str | None:
    """Return the encoder whose configured checkpoint replaces this one; None if it is that one.

    The encoder stays the same, except where it is not configured any more.
    """
    wanted = encoder if encoder in settings.ENCODERS else settings.DEFAULT_ENCODER
    try:
        is_stale = (encoder, revision) != (wanted, current_revision(wanted))
    except EncoderUnavailable:
        return None  # the folder is out of reach: nothing could be embedded
    return wanted if is_stale else None


def _start_needed() -> None:
    """Start a switch for each shop with an index of a checkpoint that is not the configured one."""
    indexes = VectorIndex.objects.filter(state__in=(State.LIVE, State.BUILDING))
    for encoder, revision in set(indexes.values_list(*CHECKPOINT).distinct()):
        wanted = _find_replacement(encoder, revision)
        if wanted is None:
            continue
        own = indexes.filter(encoder=encoder, revision=revision)
        second = VectorIndex.objects.filter(shop=OuterRef("shop"), state=State.BUILDING)
        # A second index that is being built decides: it may be of an encoder that the shop chose.
        open_to_start = own.filter(Q(state=State.BUILDING) | ~Exists(second))
        for shop_id in open_to_start.values_list("shop_id", flat=True):
            _start(shop_id, wanted, current_revision(wanted))


def _start(shop_id: UUID, encoder: str, revision: str) -> VectorIndex:
    get_live_index(shop_id)
    with transaction.atomic():
        live, building = _lock(shop_id)
        if building and building.checkpoint == (encoder, revision):
            return building
        # A shop that decides itself still does when the encoder's checkpoint is replaced.
        is_manual = bool(building and building.encoder == encoder and building.is_switched_manually)
        if building:
            retire(building, is_restorable=False)
        if live.checkpoint == (encoder, revision):
            return live
        if former := _take_back(shop_id, encoder, revision, is_manual=is_manual):
            return former
        if not IndexEntry.objects.filter(index=live).embedded().exists():
            return _relabel(live, encoder, revision)
        index: VectorIndex = VectorIndex.objects.create(
            shop_id=shop_id,
            encoder=encoder,
            revision=revision,
            node=choose_node(),
            collection=make_collection_name(),
            state=State.BUILDING,
            is_complete=False,
            is_switched_manually=is_manual,
        )
        log.info(
            "switch_started",
            shop=str(shop_id),
            index=str(index.pk),
            encoder=encoder,
            revision=revision,
            former=live.revision,
        )
        return index


def _relabel(live: VectorIndex, encoder: str, revision: str) -> VectorIndex:
    """Let an index without embeddings have another checkpoint, and discard what is under way."""
    live.encoder, live.revision, live.calibration = encoder, revision, {}
    live.save(update_fields=["encoder", "revision", "calibration"])
    IndexEntry.objects.filter(index=live).request()
    ENTRIES.wake()
    return live


def _lock(shop_id: UUID) -> tuple[VectorIndex, VectorIndex | None]:
    """Return the live and the second index, locked: no entry is added until the transaction ends.

    `catalog.indexing.indexes.add_entries` waits for this lock.
    """
    rows = VectorIndex.objects.select_for_update().filter(shop_id=shop_id).order_by("pk")
    # Twice: while the first query waits for a lock, another worker may add a second index.
    list(rows)
    by_state = {index.state: index for index in rows.exclude(state=State.RETIRED)}
    return by_state[State.LIVE], by_state.get(State.BUILDING)


def _take_back(
    shop_id: UUID, encoder: str, revision: str, *, is_manual: bool
) -> VectorIndex | None:
    """Return the shop's retired index of this checkpoint as the one that is being built."""
    retired = VectorIndex.objects.filter(
        shop_id=shop_id,
        state=State.RETIRED,
        encoder=encoder,
        restorable_until__gt=timezone.now(),
    )
    if revision:
        retired = retired.filter(revision=revision)
    index: VectorIndex | None = retired.order_by("-switched_at").first()
    if index:
        index.state, index.switched_at = State.BUILDING, timezone.now()
        index.restorable_until = index.trial = None
        index.is_switched_manually = is_manual
        index.save()
        log.info("index_taken_back", shop=str(shop_id), index=str(index.pk), encoder=encoder)
    return index


def _find_hungry() -> list[VectorIndex]:
    """Return a few second indexes that wait for another portion of images, or for the switch."""
    pending = IndexEntry.objects.filter(index=OuterRef("pk"), state=IndexEntry.State.PENDING)
    count = pending.order_by().values("index").annotate(count=Count("pk")).values("count")
    building = VectorIndex.objects.filter(state=State.BUILDING)
    waiting = building.annotate(waiting=Coalesce(Subquery(count), 0))
    # In random order, so that a few that are blocked do not hold up the others.
    return list(waiting.filter(waiting__lt=PORTION // 2).order_by("?")[:MAX_SHOPS])


def _advance(index: VectorIndex, run_trial: Trial) -> None:
    """Have the next images embedded; once all are, compare the indexes and switch."""
    _note_garments(index)
    try:
        if not index.is_complete:
            repair_index(index)  # creates the collection
        if _request_portion(index) or find_outdated(index).request() or not has_all_images(index):
            return
        is_tried = index.trial is not None and index.is_complete
        if not is_tried and repair_index(index):
            index.trial = run_trial(get_live_index(index.shop_id), index)
            index.save(update_fields=["trial"])
        if not index.is_switched_manually and may_be_switched(index):
            _switch(index)
    except VectorStoreUnavailable as error:
        log.warning(
            "switch_postponed",
            shop=str(index.shop_id),
            index=str(index.pk),
            node=error.node,
            error=error.reason,
        )


def _note_garments(index: VectorIndex) -> None:
    """Note that there are garments of this checkpoint, which may be older than the index."""
    most = GarmentVectors.objects.of(index).aggregate(most=Max("count"))["most"] or 0
    if most > index.max_garments:
        VectorIndex.objects.filter(pk=index.pk, max_garments__lt=most).update(max_garments=most)


def _request_portion(index: VectorIndex) -> int:
    """Add entries for images that the live index has and this one has not; return how many."""
    own = IndexEntry.objects.filter(index=index, image=OuterRef("pk"))
    live = IndexEntry.objects.live().filter(image=OuterRef("pk"))
    live = live.exclude(state=IndexEntry.State.REMOVING)
    images = Image.objects.live().filter(Exists(live), ~Exists(own), shop_id=index.shop_id)
    entries = IndexEntry.objects.filter(index=index).order_by("image")
    with transaction.atomic():
        # Locked, so that no image is deleted before its entry is there. The newest come first, and
        # images that were passed over come last.
        locked = images.select_for_update(no_key=True, skip_locked=True).order_by("-pk")
        ids = locked.values_list("pk", flat=True)
        oldest = entries.values_list("image", flat=True).first()
        chosen = list(ids.filter(pk__lt=oldest)[:PORTION]) if oldest else []
        chosen = chosen or list(ids[:PORTION])
        IndexEntry.objects.bulk_create(
            [IndexEntry(shop_id=index.shop_id, index=index, image_id=pk) for pk in chosen],
            ignore_conflicts=True,
        )
    return len(chosen)


def _switch(index: VectorIndex) -> bool:
    """Make the second index the live one, if it is still ready; return whether it is now."""
    with transaction.atomic():
        live, building = _lock(index.shop_id)
        # An image may have been added since, by a request that did not know the second index.
        if building is None or building.pk != index.pk:
            return False
        if find_untried(building).exists() or find_outdated(building).exists():
            return False
        # A replaced checkpoint of the same encoder would only be replaced again.
        retire(live, is_restorable=live.encoder != building.encoder)
        building.state, building.switched_at = State.LIVE, timezone.now()
        building.save(update_fields=["state", "switched_at"])
    log.info(
        "index_switched",
        shop=str(index.shop_id),
        index=str(index.pk),
        encoder=index.encoder,
        revision=index.revision,
    )
    return True
