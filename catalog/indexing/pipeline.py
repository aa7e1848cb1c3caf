"""Index waiting images in the GPU worker: claim, decode, embed, record.

While the model embeds one batch, the next is claimed and decoded and the one before is recorded.
Photos of a shop with the same bytes share one embedding: only the first is decoded and embedded.
Pixels are float32 (n, 3, h, w), embeddings float32 (n, d), stored as float16.
"""

import io
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from uuid import UUID

import numpy as np
import structlog
from django.conf import settings
from PIL import Image as Pillow

from catalog.indexing.indexes import ENTRIES, decode_embedding
from catalog.indexing.results import PipelineItem, record_items, remove_entries
from catalog.models import IndexEntry
from core.errors import Unavailable
from core.jobs.runner import run_and_disconnect
from core.log_context import keep_log_context
from core.ml.batching import get_batcher
from core.ml.encoder import Pixels, get_encoder
from core.storage import read_file
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

T = TypeVar("T")
DECODE_THREADS = 2
# An entry that failed this often is embedded alone, so that it cannot make others fail.
SUSPECT_ATTEMPTS = 3


def index_waiting() -> set[UUID]:
    """Index until no entry of any shop waits; return the indexes that got vectors."""
    touched: set[UUID] = set()
    recording: Future[set[UUID]] | None = None
    run_stage = keep_log_context(_run_stage)
    with ThreadPoolExecutor(2, "index") as stages:
        upcoming = stages.submit(run_stage, _prepare_next)
        while batches := upcoming.result():
            upcoming = stages.submit(run_stage, _prepare_next)
            for batch in batches:
                _embed(batch)
            if recording:
                touched |= recording.result()
            done = [item for batch in batches for one in batch for item in (one, *one.copies)]
            recording = stages.submit(run_stage, partial(record_items, done))
        if recording:
            touched |= recording.result()
    return touched


def _run_stage(stage: Callable[[], T]) -> T:
    with all_shops():
        return run_and_disconnect(stage)


def _prepare_next() -> list[list[PipelineItem]]:
    """Claim entries until some can be embedded or written, and remove deleted images.

    Returns batches with one checkpoint each, photos decoded; an empty list when nothing waits.
    """
    lease = settings.INDEX_LEASE_SECONDS
    while claims := ENTRIES.claim(size=settings.INDEX_BATCH_SIZE, lease=lease):
        by_id = {claim.row_id: claim for claim in claims}
        entries = (
            IndexEntry.objects.filter(pk__in=by_id)
            .select_related("image__facts", "index")
            .prefetch_related("image__styles")
            .order_by("pk")
        )
        items = [PipelineItem(by_id[entry.pk], entry) for entry in entries]
        # An entry that was requested again since the claim is claimed again.
        items = [item for item in items if item.entry.version == item.claim.version]
        remove_entries([item.entry for item in items if item.is_removal])
        if batches := _make_batches([item for item in items if item.is_wanted]):
            return batches
    return []


def _make_batches(items: list[PipelineItem]) -> list[list[PipelineItem]]:
    _reuse_embeddings(items)
    items = _attach_copies(items)
    batches: dict[tuple[str, ...], list[PipelineItem]] = {}
    for item in items:
        is_suspect = item.claim.attempts >= SUSPECT_ATTEMPTS
        key = (str(item.entry.pk),) if is_suspect else item.entry.index.checkpoint
        batches.setdefault(key, []).append(item)
    with ThreadPoolExecutor(DECODE_THREADS, "decode") as decoders:
        list(decoders.map(keep_log_context(_decode), items))
    return list(batches.values())


def _reuse_embeddings(items: Sequence[PipelineItem]) -> None:
    """Give new photos the embeddings that the same bytes have in their index, in one query."""
    new = [item for item in items if item.is_new]
    if not new:
        return
    entries = IndexEntry.objects.embedded().filter(
        index__in={item.entry.index_id for item in new},
        embedded_digest__in={item.image.digest for item in new},
    )
    columns = ("index_id", "embedded_digest", "embedding")
    known = {(index, digest): data for index, digest, data in entries.values_list(*columns)}
    for item in new:
        if data := known.get((item.entry.index_id, item.image.digest)):
            item.embedding = decode_embedding(data)
    if known:
        log.info("embeddings_reused", photos=sum(item.embedding is not None for item in new))


def _attach_copies(items: Sequence[PipelineItem]) -> list[PipelineItem]:
    """Attach each new photo to the first one with the same bytes; return the other items."""
    first: dict[tuple[UUID, str], PipelineItem] = {}
    rest = []
    for item in items:
        key = (item.entry.index_id, item.image.digest)
        if item.is_new and first.setdefault(key, item) is not item:
            first[key].copies.append(item)
        else:
            rest.append(item)
    return rest


def _decode(item: PipelineItem) -> None:
    """Decode and preprocess the photo, if it has no embedding yet and attempts are left."""
    if item.claim.is_lost:
        item.reason = IndexEntry.Reason.WORKER_LOST
    elif item.is_new:
        try:
            encoder = get_encoder(*item.entry.index.checkpoint)
            data = read_file(str(item.image.photo.name))
            with Pillow.open(io.BytesIO(data)) as photo:
                item.pixels = encoder.prepare([photo])
        except FileNotFoundError:
            item.reason = IndexEntry.Reason.PHOTO_MISSING
        except Unavailable as error:
            item.postponed_by = error
        except (OSError, SyntaxError, ValueError) as error:
            log.warning(
                "photo_unreadable",
                shop=str(item.image.shop_id),
                image=str(item.image.pk),
                error=error,
            )
            item.reason = IndexEntry.Reason.PHOTO_UNREADABLE


def _embed(batch: list[PipelineItem]) -> None:
    """Embed in one pass; if it fails, one by one, so that only the photo at fault fails."""
    to_embed = [item for item in batch if item.pixels is not None]
    if to_embed:
        try:
            _forward(to_embed)
        except RuntimeError as error:
            log.warning("batch_failed", size=len(to_embed), error=error)
            for item in to_embed:
                _embed_alone(item)
    for item in batch:
        _share_embedding(item)


def _share_embedding(item: PipelineItem) -> None:
    """Give an item's embedding to its copies; if it has none, each copy is tried by itself."""
    for copy in item.copies:
        if item.embedding is not None:
            copy.embedding = item.embedding
            continue
        _decode(copy)
        if copy.pixels is not None:
            _embed_alone(copy)
    if item.copies and item.embedding is not None:
        log.info("embeddings_reused", photos=len(item.copies))


def _embed_alone(item: PipelineItem) -> None:
    try:
        _forward([item])
    except RuntimeError as error:
        log.warning(
            "embedding_failed", shop=str(item.image.shop_id), image=str(item.image.pk), error=error
        )
        if item.claim.is_last:
            item.reason = IndexEntry.Reason.ENCODER_ERROR
        else:
            item.must_retry = True


def _forward(items: list[PipelineItem]) -> None:
    pixels: Pixels = np.concatenate([item.pixels for item in items if item.pixels is not None])
    embeddings = get_batcher(*items[0].entry.index.checkpoint).encode_pixels(pixels)
    for item, embedding in zip(items, embeddings, strict=True):
        item.embedding = embedding
        item.pixels = None
