"""Apply enhancements to their images, and revert them."""

import hashlib

import structlog
from django.db import transaction

from catalog.models import Image
from catalog.services import ImageGone, PhotoChanged, Rendition, replace_rendition
from core.errors import Conflict, Unavailable
from core.storage import read_file
from core.tenancy import all_shops, shop_scope
from quality.models import Enhancement

log = structlog.get_logger(__name__)


class NotApplicable(Conflict):
    """The enhancement cannot be applied or reverted in its current state."""

    code = "enhancement_not_applicable"


def apply_enhancement(*, enhancement: Enhancement) -> Enhancement:
    """Make a preview the image's photo, as a new version that is embedded again.

    Raises `NotApplicable`, `ImageGone`, and `PhotoChanged` if the image got another photo.
    """
    with transaction.atomic():
        row = _lock(enhancement)
        if row.standing != Enhancement.Standing.PREVIEW:
            raise NotApplicable(_REASONS.get(row.standing, "The preview is not ready yet."))
        image = _get_image(row)
        data = _read(row.photo.name)
        digest = hashlib.sha256(data).hexdigest()
        image = replace_rendition(
            image=image,
            version=row.source.image_version,
            rendition=_make_rendition(data, row.width, row.height, digest),
        )
        row.standing, row.applied_version = Enhancement.Standing.APPLIED, image.version
        row.save(update_fields=["standing", "applied_version", "updated_at"])
    return row


def revert_enhancement(*, enhancement: Enhancement) -> Enhancement:
    """Give the image its previous photo back; it is embedded again.

    Raises `NotApplicable`, `ImageGone`, and `PhotoChanged` if the image got another photo.
    """
    with transaction.atomic():
        row = _lock(enhancement)
        if row.standing != Enhancement.Standing.APPLIED:
            raise NotApplicable("Only an applied enhancement can be reverted.")
        image, before = _get_image(row), row.source
        image = replace_rendition(
            image=image,
            version=row.applied_version or 0,
            rendition=_make_rendition(
                _read(before.photo.name), before.width, before.height, before.image_digest
            ),
        )
        row.standing = Enhancement.Standing.REVERTED
        row.save(update_fields=["standing", "updated_at"])
        # The image may now show an earlier enhancement, which can be reverted next.
        Enhancement.objects.filter(
            source__image=image,
            standing=Enhancement.Standing.APPLIED,
            applied_version=before.image_version,
        ).update(applied_version=image.version)
    return row


def apply_ready() -> None:
    """Apply all ready previews of batches that apply them.

    A preview that cannot be applied stays one. If the storage is down, the next sweep tries again.
    """
    with all_shops():
        ready = list(Enhancement.objects.ready().only("shop").order_by("pk"))
    for row in ready:
        with shop_scope(row.shop_id):
            try:
                apply_enhancement(enhancement=row)
            except Unavailable as error:
                log.warning(
                    "enhancement_not_applied",
                    shop=str(row.shop_id),
                    enhancement=str(row.pk),
                    error=error.message,
                )
                return
            except (Conflict, ImageGone) as error:
                problem = {"code": error.code, "detail": error.message}
                Enhancement.objects.ready().filter(pk=row.pk).update(problem=problem)


_REASONS: dict[str, str] = {
    Enhancement.Standing.UNNEEDED: "This photo needs no enhancement.",
    Enhancement.Standing.APPLIED: "It is applied already.",
    Enhancement.Standing.REVERTED: "It was reverted; request a new preview.",
}


def _lock(enhancement: Enhancement) -> Enhancement:
    rows = Enhancement.objects.select_for_update(of=("self",))
    row: Enhancement | None = (
        rows.select_related("source", "source__image").filter(pk=enhancement.pk).first()
    )
    if row is None:
        raise NotApplicable("It was discarded.")
    return row


def _read(name: str | None) -> bytes:
    try:
        return read_file(str(name))
    except FileNotFoundError as error:
        message = "The photo is not in storage any more; request a new preview."
        raise NotApplicable(message, code="photo_missing") from error


def _get_image(row: Enhancement) -> Image:
    if row.source.is_upload:
        message = "The photo was uploaded and belongs to no image; create one from the preview."
        raise NotApplicable(message, code="nothing_to_apply_to")
    if row.source.image is None:
        raise ImageGone
    return row.source.image


def _make_rendition(data: bytes, width: int | None, height: int | None, digest: str) -> Rendition:
    if width is None or height is None:
        raise PhotoChanged
    return Rendition(data, width, height, digest)
