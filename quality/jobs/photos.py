"""Load the photos of jobs from storage, and store new ones.

Pixels are sRGB uint8 (h, w, 3).
"""

import io

from PIL import Image as Pillow

from core.errors import DomainError
from core.storage import read_file, save_file
from quality.measure.assessor import read_stored_frame
from quality.measure.frame import Bytes, Frame
from quality.models import Source
from quality.models.source import make_rendition_key

JPEG_QUALITY = 95  # high, because the photo may be compressed more than once


class ImageDeleted(DomainError):
    """The image of the job is not in the catalogue any more."""

    status_code = 404
    code = "image_deleted"

    def __init__(self) -> None:
        super().__init__("The image was deleted.")


def open_source(source: Source) -> tuple[Frame, bytes]:
    """Return the frame of a source, and its rendition file.

    For an image this is its current photo, whose version and digest are set on `source`, unsaved.
    Raises `ImageDeleted`, `PhotoUnmeasurable`, `FileNotFoundError` and `Unavailable`.
    """
    if source.is_gone:
        raise ImageDeleted
    original, photo = source.original.name, source.photo.name
    if source.image is not None:
        source.image_version, source.image_digest = source.image.version, source.image.digest
        original, photo = source.image.original.name, source.image.photo.name
    rendition = read_file(str(photo))
    frame = read_stored_frame(
        original=read_file(str(original)), rendition=rendition, digest=source.image_digest
    )
    return frame, rendition


def save_pixels(source: Source, pixels: Bytes) -> str:
    """Store pixels as a JPEG; return its storage key."""
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return save_file(make_rendition_key(source.shop_id), out.getvalue())
