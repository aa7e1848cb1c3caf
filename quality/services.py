"""Photo quality's public door: reports asked for, photos compared and enhanced."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from catalog.models import Image
from catalog.services import clear_image
from core.errors import Conflict, DomainError
from core.jobs.queues import wake_on_commit
from core.photos import Photo
from core.storage import delete_files, save_file
from quality.jobs import queues
from quality.models import Batch, Comparison, Enhancement, Job, Report, Source
from quality.models.files import original_key, rendition_key
from quality.policies import get_policy, get_profile
from tenants.models import Shop

MAX_BATCH_IMAGES = 1_000

J = TypeVar("J", Comparison, Enhancement)


class SelectionEmpty(DomainError):
    """The selection of a batch holds no image."""

    code = "nothing_chosen"

    def __init__(self) -> None:
        super().__init__("No image of yours is chosen by this; choose others.")


def retry_failed_reports(*, shop: Shop) -> int:
    """Have every photo whose report failed looked at again; return how many there are."""
    with transaction.atomic():
        failed = Report.objects.filter(shop=shop, state=Job.State.FAILED).request()
        queues.REPORTS.wake()
    return int(failed)


def clear_report(*, report: Report) -> None:
    """Let a held image through, as a person decided."""
    clear_image(image=report.image)


def create_comparison(
    *, shop: Shop, photos: Sequence[Photo | Image], level: float, profile: str
) -> Comparison:
    """Have two photos compared, each sent along or an image's; raises `ProfileUnknown`."""
    key = get_profile(get_policy(shop.pk), profile).key
    first, second = _make_sources(shop, photos)
    return _create(
        Comparison(shop=shop, first=first, second=second, enhancement_level=level, profile=key)
    )


def create_enhancement(
    *, shop: Shop, photo: Photo | Image, level: float, steps: Sequence[str], profile: str
) -> Enhancement:
    """Have a preview made of a photo that was sent along or is an image's."""
    key = get_profile(get_policy(shop.pk), profile).key
    (source,) = _make_sources(shop, [photo])
    return _create(
        Enhancement(shop=shop, source=source, level=level, steps=list(steps), profile=key)
    )


def create_batch(
    *,
    shop: Shop,
    image_ids: Sequence[UUID],
    level: float,
    steps: Sequence[str],
    profile: str,
    applies: bool,
) -> Batch:
    """Have previews made of many images, in this order, and applied if so wished.

    Raises `SelectionEmpty`.
    """
    key = get_profile(get_policy(shop.pk), profile).key
    live = set(Image.objects.live().filter(pk__in=image_ids).values_list("pk", flat=True))
    chosen = [pk for pk in image_ids if pk in live]
    sources = [Source(shop=shop, image_id=pk, is_upload=False) for pk in chosen]
    if not sources:
        raise SelectionEmpty
    with transaction.atomic():
        batch: Batch = Batch.objects.create(
            shop=shop, level=level, steps=list(steps), profile=key, applies=applies
        )
        Source.objects.bulk_create(sources)
        Enhancement.objects.bulk_create(
            Enhancement(
                shop=shop, source=source, batch=batch, level=level, steps=list(steps), profile=key
            )
            for source in sources
        )
        queues.BATCH_ENHANCEMENTS.wake()
    return batch


def apply_batch(*, batch: Batch) -> None:
    """Apply every preview of a batch, those still to come as well."""
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(applies=True)
        queues.BATCH_ENHANCEMENTS.wake()


def discard(*, job: Comparison | Enhancement) -> None:
    """Remove a comparison, or an enhancement that its image does not show.

    Its files go before its rows: what is cut short in between can be done again. A worker that is
    at it meanwhile finds it gone.
    """
    with transaction.atomic():
        row = _locked(job)
        if row is None:
            return
        if isinstance(row, Enhancement) and row.is_shown:
            message = "The image shows this enhancement; take it back first."
            raise Conflict(message, code="enhancement_applied")
        delete_files(*row.files)
        row.delete()
        Source.objects.filter(pk__in=[source.pk for source in row.sources]).delete()


def _create(job: J) -> J:
    """Save a job with its sources and have it done; or nothing, and no file is left."""
    try:
        with transaction.atomic():
            for source in job.sources:
                source.save(force_insert=True)
            job.save(force_insert=True)
            wake_on_commit(queues.INTERACTIVE)
    except BaseException:
        delete_files(*job.files)
        raise
    return job


def _locked(job: Comparison | Enhancement) -> Comparison | Enhancement | None:
    """Return a job as it is now, it and its sources locked for this transaction."""
    names = ["source"] if isinstance(job, Enhancement) else ["first", "second"]
    rows = type(job).objects.select_for_update(of=("self", *names)).select_related(*names)
    found: Comparison | Enhancement | None = rows.filter(pk=job.pk).first()
    return found


def _make_sources(shop: Shop, photos: Sequence[Photo | Image]) -> list[Source]:
    """Return unsaved sources, all of their files stored or none."""
    made: list[Source] = []
    try:
        made.extend(_make_source(shop, photo) for photo in photos)
    except BaseException:
        delete_files(*(name for source in made for name in source.files))
        raise
    return made


def _make_source(shop: Shop, photo: Photo | Image) -> Source:
    """Return an unsaved source; the files of a photo that was sent are stored."""
    if isinstance(photo, Image):
        return Source(shop=shop, image=photo, is_upload=False)
    rendition = save_file(rendition_key(shop.pk), photo.rendition)
    try:
        original = save_file(original_key(shop.pk, photo.extension), photo.original)
    except BaseException:
        delete_files(rendition)
        raise
    return Source(
        shop=shop,
        is_upload=True,
        image_digest=photo.digest,
        photo=rendition,
        original=original,
        width=photo.width,
        height=photo.height,
    )
