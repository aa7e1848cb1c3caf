"""The GPU worker's work: waiting entries in, embeddings in Postgres and vectors in Chroma out.

While the model works on one batch, the next is claimed and decoded and the one before is
recorded. Pixels are float32 (n, 3, h, w), embeddings float32 (n, d), stored as float16.
"""

import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID

import numpy as np
import structlog
from django.conf import settings
from django.db import connection
from PIL import Image as Pillow

from catalog.indexing.queue import claim_entries
from catalog.indexing.removal import remove_entries
from catalog.indexing.results import Work, record_works
from catalog.models import IndexEntry
from core.errors import Unavailable
from core.ml.batching import get_batcher
from core.ml.encoder import Pixels, get_encoder
from core.storage import read_file
from core.tenancy import all_shops

log = structlog.get_logger(__name__)

T = TypeVar("T")
DECODE_THREADS = 2
# An entry that failed this often is embedded alone, so that it cannot take others with it.
SUSPECT_ATTEMPTS = 3


def index_waiting() -> set[UUID]:
    """Work until no entry of any shop waits; return the indexes that got vectors."""
    touched: set[UUID] = set()
    recording: Future[set[UUID]] | None = None
    with ThreadPoolExecutor(2, "index") as stages:
        upcoming = stages.submit(_with_own_connection, _prepare_next)
        while batches := upcoming.result():
            upcoming = stages.submit(_with_own_connection, _prepare_next)
            for batch in batches:
                _embed(batch)
            if recording:
                touched |= recording.result()
            done = [work for batch in batches for work in batch]
            recording = stages.submit(_with_own_connection, lambda done=done: record_works(done))  # type: ignore[misc]
        if recording:
            touched |= recording.result()
    return touched


def _with_own_connection(stage: Callable[[], T]) -> T:
    """Run a stage in its thread, across shops, and give its connection back to the pool."""
    try:
        with all_shops():
            return stage()
    finally:
        connection.close()


def _prepare_next() -> list[list[Work]]:
    """Claim until there is something to embed or write; remove what is to be removed.

    Returns batches of one encoder each, photos decoded; an empty list when nothing waits.
    """
    while claims := claim_entries(size=settings.INDEX_BATCH_SIZE):
        by_id = {claim.row_id: claim for claim in claims}
        entries = (
            IndexEntry.objects.filter(pk__in=by_id)
            .select_related("image", "index")
            .prefetch_related("image__styles")
        )
        works = [Work(by_id[entry.pk], entry) for entry in entries]
        # Whoever changed an entry since it was claimed has asked for it anew.
        works = [work for work in works if work.entry.version == work.claim.version]
        remove_entries([work.entry for work in works if work.is_removal])
        if batches := _batches([work for work in works if not work.is_removal]):
            return batches
    return []


def _batches(works: list[Work]) -> list[list[Work]]:
    batches: dict[str, list[Work]] = {}
    for work in works:
        is_suspect = work.claim.attempts >= SUSPECT_ATTEMPTS
        key = str(work.entry.pk) if is_suspect else work.entry.index.encoder
        batches.setdefault(key, []).append(work)
    with ThreadPoolExecutor(DECODE_THREADS, "decode") as decoders:
        list(decoders.map(_decode, works))
    return list(batches.values())


def _decode(work: Work) -> None:
    """Decode and preprocess the photo, unless the embedding is known or the entry is given up."""
    if work.claim.attempts > settings.INDEX_MAX_ATTEMPTS:
        work.reason = IndexEntry.Reason.WORKER_LOST
    elif not work.is_embedded:
        try:
            encoder = get_encoder(work.entry.index.encoder)
            data = read_file(str(work.image.photo.name))
            with Pillow.open(io.BytesIO(data)) as photo:
                work.pixels = encoder.prepare([photo])
        except FileNotFoundError:
            work.reason = IndexEntry.Reason.PHOTO_MISSING
        except Unavailable as error:
            work.postponed_by = error
        except (OSError, SyntaxError, ValueError) as error:
            log.warning("photo_unreadable", image=str(work.image.pk), error=str(error))
            work.reason = IndexEntry.Reason.PHOTO_UNREADABLE


def _embed(batch: list[Work]) -> None:
    """Embed in one pass; when the pass fails, one by one, so that only the culprit fails."""
    to_embed = [work for work in batch if work.pixels is not None]
    if not to_embed:
        return
    try:
        _forward(to_embed)
    except RuntimeError as error:
        log.warning("batch_failed", size=len(to_embed), error=str(error))
        for work in to_embed:
            _embed_alone(work)


def _embed_alone(work: Work) -> None:
    try:
        _forward([work])
    except RuntimeError as error:
        log.warning("embedding_failed", image=str(work.image.pk), error=str(error))
        if work.claim.attempts >= settings.INDEX_MAX_ATTEMPTS:
            work.reason = IndexEntry.Reason.ENCODER_ERROR
        else:
            work.must_retry = True


def _forward(works: list[Work]) -> None:
    pixels: Pixels = np.concatenate([work.pixels for work in works if work.pixels is not None])
    embeddings = get_batcher(works[0].entry.index.encoder).encode_pixels(pixels)
    for work, embedding in zip(works, embeddings, strict=True):
        work.embedding = embedding
        work.pixels = None
