"""An enhancement becomes the image's photo, and can be taken back."""

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
    """The enhancement cannot be applied, or taken back, as it stands."""

    code = "enhancement_not_applicable"


def apply_enhancement(*, enhancement: Enhancement) -> Enhancement:
    """Make a preview the image's photo, as a new version that is embedded again.

    Raises `NotApplicable`, `PhotoChanged` when the image has another photo since, and `ImageGone`.
    """
    with transaction.atomic():
        row = _locked(enhancement)
        if row.standing != Enhancement.Standing.PREVIEW:
            raise NotApplicable(_WHY_NOT.get(row.standing, "The preview is not ready yet."))
        image = _image_of(row)
        data = _read(row.photo.name)
        image = replace_rendition(
            image=image,
            version=row.source.image_version,
            rendition=_rendition(data, row.width, row.height, hashlib.sha256(data).hexdigest()),
        )
        row.standing, row.applied_version = Enhancement.Standing.APPLIED, image.version
        row.save(update_fields=["standing", "applied_version", "updated_at"])
    return row


def revert_enhancement(*, enhancement: Enhancement) -> Enhancement:
    """Show again what the image showed before; it is embedded again.

    Raises `NotApplicable`, `PhotoChanged` when the image has another photo since, and `ImageGone`.
    """
    with transaction.atomic():
        row = _locked(enhancement)
        if row.standing != Enhancement.Standing.APPLIED:
            raise NotApplicable("Only an enhancement that was applied can be taken back.")
        image, before = _image_of(row), row.source
        image = replace_rendition(
            image=image,
            version=row.applied_version or 0,
            rendition=_rendition(
                _read(before.photo.name), before.width, before.height, before.image_digest
            ),
        )
        row.standing = Enhancement.Standing.REVERTED
        row.save(update_fields=["standing", "updated_at"])
        # One that was applied before it is what is shown again, and can be taken back in turn.
        Enhancement.objects.filter(
            source__image=image,
            standing=Enhancement.Standing.APPLIED,
            applied_version=before.image_version,
        ).update(applied_version=image.version)
    return row


def apply_ready() -> None:
    """Apply previews of all shops whose batch says so; one that cannot be is left a preview.

    While the storage is away they wait for the next sweep.
    """
    with all_shops():
        ready = list(Enhancement.objects.ready().only("shop").order_by("pk"))
    for row in ready:
        with shop_scope(row.shop_id):
            try:
                apply_enhancement(enhancement=row)
            except Unavailable as error:
                log.warning("enhancement_not_applied", enhancement=str(row.pk), error=error.message)
                return
            except (Conflict, ImageGone) as error:
                problem = {"code": error.code, "detail": error.message}
                Enhancement.objects.ready().filter(pk=row.pk).update(problem=problem)


_WHY_NOT: dict[str, str] = {
    Enhancement.Standing.UNNEEDED: "Nothing had to be done to this photo; leave it as it is.",
    Enhancement.Standing.APPLIED: "It was applied already.",
    Enhancement.Standing.REVERTED: "It was taken back; ask for a new preview.",
}


def _locked(enhancement: Enhancement) -> Enhancement:
    rows = Enhancement.objects.select_for_update(of=("self",))
    row: Enhancement | None = (
        rows.select_related("source", "source__image").filter(pk=enhancement.pk).first()
    )
    if row is None:
        raise NotApplicable("It was discarded meanwhile.")
    return row


def _read(name: str | None) -> bytes:
    try:
        return read_file(str(name))
    except FileNotFoundError as error:
        message = "The photo is not in storage any more; ask for a new preview."
        raise NotApplicable(message, code="photo_missing") from error


def _image_of(row: Enhancement) -> Image:
    if row.source.is_upload:
        message = "The photo was sent along and is no image; add the preview as one, or keep it."
        raise NotApplicable(message, code="nothing_to_apply_to")
    if row.source.image is None:
        raise ImageGone
    return row.source.image


def _rendition(data: bytes, width: int | None, height: int | None, digest: str) -> Rendition:
    if width is None or height is None:
        raise PhotoChanged
    return Rendition(data, width, height, digest)
