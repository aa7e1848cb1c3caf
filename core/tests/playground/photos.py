"""Photos of known quality, and how to choose them on the page."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance
from playwright.sync_api import Page

from demo.garments import Garment, draw_garment

DRESS = Garment(kind="dress", colour="red", seed=1, sleeve="short", cut="a-line", length="midi")
SHIRT = Garment(kind="shirt", colour="green", seed=3, sleeve="long")
HEIGHT = 600
MEASURES = 15

Photos = dict[str, Path]


def make_photos(folder: Path) -> Photos:
    """Write the photos into a folder; return their paths by name."""
    dress = draw_garment(DRESS, height=HEIGHT)
    blocks = np.random.default_rng(0).integers(0, 255, (12, 9, 3), dtype=np.uint8)
    pictures = {
        "dress": dress,
        "dark-dress": darken(dress),
        "shirt": draw_garment(SHIRT, height=HEIGHT),
        "blocks": Image.fromarray(blocks).resize((450, HEIGHT), Image.Resampling.NEAREST),
        "red": Image.new("RGB", (300, 400), (200, 30, 30)),
        "tiny": dress.resize((30, 40)),
    }
    paths = {name: folder / f"{name}.jpg" for name in pictures}
    for name, path in paths.items():
        path.write_bytes(encode(pictures[name]))
    return paths


def choose_photos(page: Page, *photos: Path) -> None:
    """Choose one or more photos on the photo quality page."""
    page.locator("#photos").set_input_files(list(photos))


def darken(photo: Image.Image) -> Image.Image:
    """Return a photo that fails only the exposure of the lenient rules."""
    return ImageEnhance.Brightness(photo).enhance(0.3)


def encode(photo: Image.Image) -> bytes:
    out = io.BytesIO()
    photo.save(out, "JPEG", quality=95)
    return out.getvalue()
