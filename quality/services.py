"""Change photo quality's data: jobs, batches and policies."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from catalog.models import Image
from core.errors import Conflict, DomainError
from core.jobs.queues import wake_on_commit
from core.photos import Photo
from core.storage import delete_files, new_files
from quality.jobs import queues
from quality.models import (
    Batch,
    Comparison,
    Enhancement,
    Job,
    Policy,
    Report,
    Source,
    make_original_key,
    make_rendition_key,
)
from quality.policies import OWN, get_policy, get_profile
from quality.profiles import read_profile
from tenants.models import Shop

MAX_BATCH_IMAGES = 1_000

J = TypeVar("J", Comparison, Enhancement)


class SelectionEmpty(DomainError):
    """The selection of a batch has no image."""

    code = "nothing_chosen"

    def __init__(self) -> None:
        super().__init__("This selects no image of yours; choose others.")


def retry_failed_reports(*, shop: Shop) -> int:
    """Request every failed report again; return how many there are."""
    with transaction.atomic():
        failed = Report.objects.filter(shop=shop, state=Job.State.FAILED).request()
        queues.REPORTS.wake()
    return int(failed)


def create_comparison(
    *, shop: Shop, photos: Sequence[Photo | Image], level: float, profile: str
) -> Comparison:
    """Request the comparison of two photos or images; raises `ProfileUnknown`."""
    key = get_profile(get_policy(shop.pk), profile).key
    with new_files() as save:
        first, second = (_make_source(shop, photo, save) for photo in photos)
        return _create(
            Comparison(shop=shop, first=first, second=second, enhancement_level=level, profile=key)
        )


def create_enhancement(
    *, shop: Shop, photo: Photo | Image, level: float, steps: Sequence[str], profile: str
) -> Enhancement:
    """Request a preview of a better version of a photo or image; raises `ProfileUnknown`."""
    key = get_profile(get_policy(shop.pk), profile).key
    with new_files() as save:
        source = _make_source(shop, photo, save)
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
    """Request previews of many images, in this order; `applies` applies them when ready.

    Raises `SelectionEmpty` and `ProfileUnknown`.
    """
    options: dict[str, Any] = {
        "shop": shop,
        "level": level,
        "steps": list(steps),
        "profile": get_profile(get_policy(shop.pk), profile).key,
    }
    live = set(Image.objects.live().filter(pk__in=image_ids).values_list("pk", flat=True))
    sources = [Source(shop=shop, image_id=pk, is_upload=False) for pk in image_ids if pk in live]
    if not sources:
        raise SelectionEmpty
    with transaction.atomic():
        batch: Batch = Batch.objects.create(**options, applies=applies)
        Source.objects.bulk_create(sources)
        Enhancement.objects.bulk_create(
            Enhancement(source=source, batch=batch, **options) for source in sources
        )
        queues.BATCH_ENHANCEMENTS.wake()
    return batch


def apply_batch(*, batch: Batch) -> None:
    """Apply every preview of a batch, also those that are not ready yet."""
    with transaction.atomic():
        Batch.objects.filter(pk=batch.pk).update(applies=True)
        queues.BATCH_ENHANCEMENTS.wake()


def discard(*, job: Comparison | Enhancement) -> None:
    """Delete a comparison, or an enhancement that its image does not show.

    Files are deleted before rows, so that an interrupted call can be repeated. A worker that runs
    the job finds it gone.
    """
    with transaction.atomic():
        row = _lock(job)
        if row is None:
            return
        if isinstance(row, Enhancement) and row.is_shown:
            message = "The image shows this enhancement; revert it first."
            raise Conflict(message, code="enhancement_applied")
        delete_files(*row.files)
        row.delete()
        Source.objects.filter(pk__in=[source.pk for source in row.sources]).delete()


def _lock(job: Comparison | Enhancement) -> Comparison | Enhancement | None:
    names = ["source"] if isinstance(job, Enhancement) else ["first", "second"]
    rows = type(job).objects.select_for_update(of=("self", *names)).select_related(*names)
    found: Comparison | Enhancement | None = rows.filter(pk=job.pk).first()
    return found


def _create(job: J) -> J:
    with transaction.atomic():
        for source in job.sources:
            source.save(force_insert=True)
        job.save(force_insert=True)
        wake_on_commit(queues.INTERACTIVE)
    return job


def _make_source(shop: Shop, photo: Photo | Image, save: Callable[[str, bytes], str]) -> Source:
    """Return an unsaved source; store the files of an uploaded photo."""
    if isinstance(photo, Image):
        return Source(shop=shop, image=photo, is_upload=False)
    return Source(
        shop=shop,
        is_upload=True,
        image_digest=photo.digest,
        photo=save(make_rendition_key(shop.pk), photo.rendition),
        original=save(make_original_key(shop.pk, photo.extension), photo.original),
        width=photo.width,
        height=photo.height,
    )


def set_policy(*, shop: Shop, fields: dict[str, Any]) -> Policy:
    """Set the gate or the profile; a worker then judges reports and clears held images."""
    with transaction.atomic():
        policy = _lock_policy(shop)
        before = policy.profile, policy.gate
        for name, value in fields.items():
            setattr(policy, name, value)
        get_profile(policy)
        _save_policy(policy, must_judge=(policy.profile, policy.gate) != before)
        Shop.objects.filter(pk=shop.pk).update(holds_photos=policy.gate == Policy.Gate.HOLD)
    return policy


def set_own_profile(*, shop: Shop, data: dict[str, Any], today: date) -> Policy:
    """Set the shop's own profile; raises `ProfileUnusable`."""
    read_profile(data, as_of=today)
    with transaction.atomic():
        policy = _lock_policy(shop)
        policy.own_profile, policy.own_profile_as_of = data, today
        _save_policy(policy, must_judge=policy.profile == OWN)
    return policy


def drop_own_profile(*, shop: Shop) -> Policy:
    """Delete the shop's own profile; a policy that used it gets the default profile."""
    with transaction.atomic():
        policy = _lock_policy(shop)
        policy.own_profile = policy.own_profile_as_of = None
        was_used = policy.profile == OWN
        if was_used:
            policy.profile = Policy._meta.get_field("profile").get_default()
        _save_policy(policy, must_judge=was_used)
    return policy


def _save_policy(policy: Policy, *, must_judge: bool) -> None:
    if must_judge:
        policy.version += 1
        wake_on_commit(queues.JUDGE, shop_id=str(policy.shop_id))
    policy.save()


def _lock_policy(shop: Shop) -> Policy:
    Policy.objects.get_or_create(shop=shop)
    locked: Policy = Policy.objects.select_for_update().get(shop=shop)
    return locked
