"""Old images of users as garments of their wardrobes, which are tagged again."""

import io

from catalog.fetches.jobs import FETCH_SECONDS
from core.downloads.hosts import DownloadDelayed
from core.downloads.http import download
from core.errors import DomainError
from core.photos import Photo, open_photo
from decoder.limits import MAX_BYTES
from stylist.legacy.moves import LegacyMove, read_row_id
from stylist.legacy.photos import LegacyPhoto, LegacyPhotoRefused
from stylist.legacy.products import IMAGES, PHOTO_COLUMNS
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.shoppers import read_shopper_id
from stylist.legacy.sources.rows import LegacyRow
from stylist.models import WardrobeItem
from stylist.wardrobe.items import add_items

MAX_NAME_LENGTH = 200


def import_wardrobes(move: LegacyMove) -> None:
    """Add each image to the wardrobe of its user."""
    for row in move.read(IMAGES):
        try:
            is_new = _import_item(move, row)
        except DomainError as error:
            move.refuse(IMAGES, row, error)
        else:
            move.count(IMAGES, LegacyOutcome.ADDED if is_new else LegacyOutcome.KNOWN)


def _import_item(move: LegacyMove, row: LegacyRow) -> bool:
    """Add the garment of a row; return whether it is new. Raises `DomainError`."""
    external_id, row_id = read_shopper_id(row), read_row_id(row, "id", "imageid")
    pk = move.make_id(IMAGES, row_id, move.read_date(row))
    if WardrobeItem.objects.filter(pk=pk).exists():
        return False
    found = move.photos.find(row.find(*PHOTO_COLUMNS))
    if found.file or not move.is_dry_run:
        photo = _open(found)
        if not move.is_dry_run:
            name = row.find("name", "description")[:MAX_NAME_LENGTH]
            add_items(shop=move.shop, external_id=external_id, photos=[photo], ids=[pk], name=name)
    return True


def _open(found: LegacyPhoto) -> Photo:
    """Return a photo, downloaded if there is only a link; wardrobes have no fetches of their own.

    Raises `DomainError`.
    """
    if found.file:
        return found.open()
    try:
        fetched = download(found.url, max_bytes=MAX_BYTES, seconds=FETCH_SECONDS)
    except DownloadDelayed as error:
        raise LegacyPhotoRefused(error.message, code=error.code) from error
    return open_photo(io.BytesIO(fetched.data if fetched else b""))
