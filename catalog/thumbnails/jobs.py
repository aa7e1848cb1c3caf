"""Make thumbnails of photos in a worker.

Pixels are sRGB, 8 bits, as in the rendition.
"""

import io
from typing import Any

from PIL import Image as Pillow

from catalog.models import Image, Thumbnails
from catalog.models.thumbnails import NO_FILES, THUMBNAIL_WIDTHS, THUMBNAILS, make_thumbnail_key
from core.jobs.runner import Overtaken, run_waiting
from core.storage import delete_files, new_files, read_file

QUALITY = 80
# Shrink to at most so many times the size first, which is quick; the rest is resampled well.
REDUCING_GAP = 3.0


def make_all_thumbnails() -> int:
    """Make the thumbnails of all photos that wait; return how many photos."""
    return run_waiting(THUMBNAILS, make_thumbnails, size=8)


def make_thumbnails(row: Thumbnails) -> dict[str, Any]:
    """Make the thumbnails of an image; return the fields to store, with the files stored."""
    image: Image | None = Image.objects.live().filter(pk=row.image_id).first()
    if image is None:
        raise Overtaken
    if row.files and row.if_current().update(**NO_FILES):
        delete_files(*row.files.values())
    data = read_file(str(image.photo.name))
    fields: dict[str, Any] = {"image_version": image.version, **NO_FILES}
    with Pillow.open(io.BytesIO(data), formats=["JPEG"]) as photo, new_files() as save:
        for column, thumbnail in shrink(photo).items():
            fields[column] = save(make_thumbnail_key(row.shop_id), thumbnail)
    return fields


def shrink(photo: Pillow.Image) -> dict[str, bytes]:
    """Return a photo as WebP in each of `THUMBNAIL_WIDTHS`, as far as it is not enlarged."""
    thumbnails: dict[str, bytes] = {}
    widest = 0
    for column, target in THUMBNAIL_WIDTHS.items():
        width = min(target, photo.width)
        if width == widest:
            break
        widest = width
        size = (width, max(1, round(photo.height * width / photo.width)))
        out = io.BytesIO()
        small = photo.resize(size, Pillow.Resampling.LANCZOS, reducing_gap=REDUCING_GAP)
        small.save(out, "WEBP", quality=QUALITY)
        thumbnails[column] = out.getvalue()
    return thumbnails
