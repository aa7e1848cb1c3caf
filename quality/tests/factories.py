"""Factories of photos in good and bad light, assessments and reports."""

import io
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from catalog.models import Image
from catalog.services import create_image
from core.photos import Photo, open_photo
from core.tenancy import shop_scope
from core.tests.factories import make_unique
from quality.measure.assessment import Assessment, FileFacts
from quality.measure.frame import Bytes
from quality.measure.scales import PARTS, SCALES
from quality.models import Job, Report
from quality.tests.photos import make_photo
from tenants.models import Shop

DARK = 0.35  # of the light: the default rule `lit` fails, and `tone` fixes it
SIZE = (300, 400)


def to_jpeg(pixels: Bytes) -> bytes:
    out = io.BytesIO()
    Pillow.fromarray(pixels).save(out, "JPEG", quality=92)
    return out.getvalue()


@cache
def make_jpeg(*, light: float = 1.0, colour: str = "red") -> bytes:
    """Return a garment's photo of 300 by 400 pixels, with the share `light` of the light."""
    return to_jpeg((make_photo(colour=colour, height=SIZE[1]) * light).astype(np.uint8))


def make_upload(**light: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", make_jpeg(**light))


def open_bytes(data: bytes) -> Photo:
    return open_photo(io.BytesIO(data))


def make_image(shop: Shop, data: bytes | None = None, **fields: Any) -> Image:
    """Return an image of the shop, in good light unless other bytes are given."""
    with shop_scope(shop.pk):
        photo = open_bytes(data or make_unique(make_jpeg()))
        return create_image(shop=shop, photo=photo, fields={"name": "A dress", **fields})


def make_assessment(
    *, score: float = 80.0, size: tuple[int, int] = SIZE, **raws: Any
) -> Assessment:
    """Return an assessment that passes the default rules, except for the given figures."""
    return Assessment(
        raws={**dict.fromkeys(SCALES, 0.5), "clipping": 0.0, **raws},
        frame=FileFacts(*size, 20_000, "JPEG"),
        has_subject=True,
        confidence=0.9,
        background=(1.0, 0.0, 0.0),
        score=score,
        parts=dict.fromkeys(PARTS, score),
    )


def make_report(shop: Shop, *, score: float = 80.0, **fields: Any) -> Report:
    """Return the finished report of a new image, with `fields` as given."""
    image = fields.pop("image", None) or make_image(shop)
    with shop_scope(shop.pk):
        report: Report = Report.objects.create(
            shop=shop,
            image=image,
            image_version=image.version,
            score=score,
            **{
                "state": Job.State.DONE,
                "examined": make_assessment(score=score).to_json(),
                "verdict": "good",
                "profile": "default",
                "passed": True,
                **fields,
            },
        )
    return report


def stored_files(media_root: Path) -> set[Path]:
    return {path for path in media_root.rglob("*") if path.is_file()}
