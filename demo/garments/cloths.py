"""Choose the cloths of a garment: their colours, pattern and weave."""

import numpy as np
from numpy.typing import NDArray

from core.ml.colours import RETAIL_COLOURS
from demo.garments.model import KINDS, Garment
from demo.garments.tiles import pattern_tile, weave_tile
from demo.garments.view import Cloth, Layer

SRGB = {colour.name: colour.rgb for colour in RETAIL_COLOURS}

# The shades of each colour; a shade that stands twice is twice as common.
SHADES: dict[str, tuple[str, ...]] = {
    "black": ("black",),
    "white": ("white", "white", "ivory"),
    "grey": ("grey", "grey", "silver", "charcoal"),
    "navy": ("navy",),
    "blue": ("blue", "blue", "royal blue", "sky blue", "light blue"),
    "teal": ("teal", "teal", "turquoise"),
    "green": ("green", "green", "forest green", "olive", "sage"),
    "yellow": ("yellow", "yellow", "mustard", "lemon"),
    "orange": ("orange", "orange", "rust", "coral"),
    "red": ("red", "red", "red", "burgundy"),
    "pink": ("pink", "pink", "fuchsia", "dusty rose", "blush"),
    "purple": ("purple", "purple", "lavender", "plum"),
    "brown": ("brown", "brown", "chocolate", "camel"),
    "beige": ("beige", "beige", "sand", "cream"),
}
_DENIM = {"blue": "denim", "navy": "navy"}


def shade_of(garment: Garment) -> str:
    """Return the retail name of the garment's colour, such as "burgundy" for a red one."""
    if garment.kind == "jeans" and garment.colour in _DENIM:
        return _DENIM[garment.colour]
    shades = SHADES[garment.colour]
    return shades[garment.seed % len(shades)]


def _linear(name: str) -> NDArray[np.float64]:
    return (np.array(SRGB[name]) / 255) ** 2


def _plain(colour: NDArray[np.float64]) -> Layer:
    return np.tile(colour, (4, 1)).astype(np.float32)


def _tone_in_tone(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a colour of the same hue: lighter for dark colours, darker for light ones."""
    grey = colour.mean()
    return colour * 0.55 if grey > 0.35 else 0.72 * colour + 0.28 * 0.75


def make_cloths(garment: Garment, *, unit: float, rng: np.random.Generator) -> dict[str, Cloth]:
    """Return the cloths of parts by name: main, plain, rib, trim, lining, accent, button, …

    `unit` is the size of a garment unit in pixels.
    """
    kind = KINDS[garment.kind]
    jitter = rng.uniform(0.96, 1.03)
    ground = _linear(shade_of(garment)) * jitter
    accent = _linear(garment.accent) if garment.accent in SRGB else _tone_in_tone(ground)
    weave = weave_tile(weave=_weave(garment), rng=rng, pixels=192, thread=0.42 * unit)
    fade = 0.16 if _weave(garment) == "denim" else 0.0
    plain = Cloth(_plain(ground), weave=weave, gloss=kind.gloss, fade=fade)
    main = plain
    if garment.pattern != "plain":
        main = _patterned(garment, ground, accent, weave=weave, unit=unit, rng=rng)
    dark = garment.colour in ("black", "navy", "brown", "purple", "teal")
    flat = {
        "label": np.array([0.80, 0.78, 0.74]) if dark else np.array([0.12, 0.12, 0.13]),
        "button": 0.5 * ground + 0.10 if dark else 0.55 * ground + 0.28,
        "metal": np.array([0.52, 0.52, 0.54]),
        "brass": np.array([0.55, 0.38, 0.14]),
        "thread": np.array([0.62, 0.34, 0.08]),
        "lace": _linear("white") * (0.8 if garment.colour == "white" else 0.97),
        "rubber": np.array([0.84, 0.83, 0.80]),
        "sole": np.array([0.05, 0.045, 0.04]),
        "fur": np.array([0.50, 0.40, 0.28]),
        "wood": np.array([0.30, 0.18, 0.08]),
    }
    gloss = {"metal": 0.9, "brass": 0.9, "button": 0.35}
    return {
        "main": main,
        "plain": plain,
        "rib": Cloth(_plain(ground), weave=weave),
        "trim": Cloth(_plain(accent), weave=weave),
        "accent": Cloth(_plain(accent), gloss=0.1),
        "lining": Cloth(_plain(ground * 0.88), weave=weave),
        "white": Cloth(_plain(_linear("white")), gloss=0.1),
    } | {name: Cloth(_plain(colour), gloss=gloss.get(name, 0.0)) for name, colour in flat.items()}


def _weave(garment: Garment) -> str:
    if garment.kind == "jeans" or garment.cut == "denim":
        return "denim"
    return KINDS[garment.kind].weave


def _patterned(
    garment: Garment, ground: NDArray[np.float64], accent: NDArray[np.float64], *,
    weave: Layer, unit: float, rng: np.random.Generator,
) -> Cloth:  # fmt: skip
    """Return the pattern's cloth, on which the garment's colour has the largest share."""
    repeat = {"floral": 26.0, "leopard": 22.0, "checked": 12.0}.get(garment.pattern, 14.0)
    tile = pattern_tile(garment.pattern, rng=rng, pixels=int(np.clip(repeat * unit, 48, 320)))
    second = 0.55 * ground + 0.45 * accent
    third = accent
    if garment.pattern == "floral":
        second, third = np.array([0.08, 0.20, 0.09]), np.array([0.80, 0.55, 0.10])
    if garment.pattern == "leopard":
        accent = ground * 0.12 if ground.mean() > 0.08 else ground * 0.4 + 0.20
        second = 0.5 * (ground + accent)
    inks = np.stack([ground, accent, second, third]).astype(np.float32)
    return Cloth(inks, pattern=tile, repeat=repeat, weave=weave, gloss=KINDS[garment.kind].gloss)
