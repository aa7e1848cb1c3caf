"""Draw a garment as a product photo."""

import zlib

import numpy as np
from PIL import Image

from demo.garments.canvas import Canvas
from demo.garments.cloths import make_cloths
from demo.garments.model import Garment
from demo.garments.parts import Cord, Panel, Part
from demo.garments.shapes import SHAPES
from demo.garments.studio import Backdrop, photograph
from demo.garments.view import View

STANDING = frozenset({"sneakers", "boots", "bag"})  # on a floor; others hang in front of a wall
MARGIN = 0.075  # share of the picture's height and width around the garment


def make_generator(garment: Garment, purpose: str) -> np.random.Generator:
    """Return a random generator for one purpose, the same for every colour of the garment."""
    return np.random.default_rng([garment.seed & 0xFFFFFFFF, zlib.crc32(purpose.encode())])


def draw_garment(garment: Garment, *, height: int = 1024) -> Image.Image:
    """Draw an RGB picture `height` pixels high and three quarters as wide.

    The same garment and height give the same pixels; another colour changes only colours.
    """
    parts = SHAPES[garment.kind](garment, make_generator(garment, "shape"))
    view = _frame(parts, height=height, rng=make_generator(garment, "view"))
    cloths = make_cloths(garment, unit=view.unit, rng=make_generator(garment, "cloth"))
    canvas = Canvas(height=height, view=view, cloths=cloths, rng=make_generator(garment, "drape"))
    canvas.paint(parts)
    return Image.fromarray(photograph(canvas, _backdrop(garment)))


def _frame(parts: list[Part], *, height: int, rng: np.random.Generator) -> View:
    """Fit the parts into the picture, with small random changes of place, size and angle."""
    shapes = [part.outline for part in parts if isinstance(part, Panel)]
    shapes += [part.curve for part in parts if isinstance(part, Cord)]
    points = np.vstack(shapes)
    low, high = points.min(axis=0), points.max(axis=0)
    width = height * 0.75
    space = np.array([width, height]) * (1 - 2 * MARGIN)
    unit = float((space / (high - low)).min()) * rng.uniform(0.94, 1.0)
    middle = np.array([width, height]) / 2 + rng.uniform(-0.008, 0.008, 2) * height
    centre = (low + high) / 2
    waves = np.column_stack([
        rng.uniform(-0.12, 0.12, 5), rng.uniform(-0.12, 0.12, 5), rng.uniform(0, 6.28, 5),
        rng.uniform(-0.28, 0.28, 5), rng.uniform(-0.28, 0.28, 5),
    ])  # fmt: skip
    return View(
        unit=unit, middle=(float(middle[0]), float(middle[1])),
        centre=(float(centre[0]), float(centre[1])), turn=float(rng.uniform(-0.016, 0.016)),
        waves=waves,
    )  # fmt: skip


_WALLS = ((0.90, 0.90, 0.905), (0.915, 0.91, 0.90), (0.885, 0.89, 0.90), (0.90, 0.89, 0.875))


def _backdrop(garment: Garment) -> Backdrop:
    rng = make_generator(garment, "backdrop")
    red, green, blue = _WALLS[int(rng.integers(len(_WALLS)))]
    dim = float(rng.uniform(0.95, 1.0))
    floor = 0.74 if garment.kind in STANDING else None
    return Backdrop(colour=(red * dim, green * dim, blue * dim), floor=floor)
