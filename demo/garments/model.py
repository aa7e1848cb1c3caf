"""The features of a garment, and the possible features of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PATTERNS = ("plain", "striped", "checked", "dotted", "floral", "zigzag", "leopard")


@dataclass(frozen=True)
class Garment:
    """One garment; the same features always give the same picture."""

    kind: str
    colour: str
    seed: int
    accent: str | None = None
    pattern: str = "plain"
    sleeve: str | None = None
    neckline: str | None = None
    cut: str | None = None
    fit: str | None = None
    length: str | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of garment and the variants it is made in; an empty tuple where it has none.

    `cuts` maps each cut to what the garment is then called. A variant that stands twice is
    twice as common.
    """

    name: str
    cuts: Mapping[str, str] = field(default_factory=dict)
    sleeves: tuple[str, ...] = ()
    necklines: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = PATTERNS
    colours: tuple[str, ...] = ()
    weave: str = "weave"
    gloss: float = 0.0
    popularity: int = 1  # the number in a shop, relative to rare kinds


_FITS = ("regular", "regular", "slim", "oversized")
_FLOWERS = (*PATTERNS, "floral", "floral")
_CLOTH = ("plain", "striped", "checked")

_KINDS = (
    Kind(
        "t-shirt", popularity=3, sleeves=("short",),
        necklines=("crew neck", "crew neck", "v-neck", "scoop neck"), fits=_FITS,
    ),
    Kind(
        "long-sleeve top", sleeves=("long",),
        necklines=("crew neck", "v-neck", "scoop neck", "henley"), fits=_FITS,
    ),
    Kind(
        "tank top", sleeves=("sleeveless",),
        necklines=("scoop neck", "scoop neck", "crew neck"), fits=("regular", "slim"),
    ),
    Kind(
        "top", cuts={"camisole": "camisole", "crop": "crop top", "peplum": "peplum top"},
        sleeves=("sleeveless", "sleeveless", "short"), fits=("regular",),
        necklines=("square neck", "v-neck", "scoop neck", "boat neck"), gloss=0.10,
    ),
    Kind(
        "bodysuit", sleeves=("short", "long", "sleeveless"),
        necklines=("crew neck", "scoop neck", "envelope neck"), fits=("slim",),
    ),
    Kind(
        "polo shirt", sleeves=("short", "short", "long"),
        necklines=("polo collar",), fits=("regular", "slim"),
        patterns=("plain", "plain", "striped", "dotted", "zigzag", "checked", "floral"),
    ),
    Kind(
        "shirt", popularity=2, sleeves=("long", "long", "short"),
        necklines=("classic collar",), fits=_FITS,
    ),
    Kind(
        "blouse",
        cuts={"bow": "bow-neck blouse", "ruffle": "ruffled blouse", "wrap": "wrap blouse"},
        sleeves=("long", "long", "short"), necklines=("v-neck", "round neck"),
        fits=("regular",), gloss=0.22,
    ),
    Kind(
        "hoodie", popularity=2, cuts={"pullover": "hoodie", "zip": "zip hoodie"}, sleeves=("long",),
        necklines=("hooded",), fits=_FITS, weave="fleece",
    ),
    Kind(
        "jumper", popularity=2,
        cuts={"ribbed": "jumper", "cable": "cable-knit jumper"},
        sleeves=("long",),
        necklines=("crew neck", "v-neck", "roll neck"), fits=_FITS, weave="knit",
    ),
    Kind(
        "cardigan", sleeves=("long",), necklines=("v-neck",),
        fits=("regular", "oversized"), weave="knit",
    ),
    Kind(
        "blazer", cuts={"single-breasted": "blazer", "double-breasted": "double-breasted blazer"},
        sleeves=("long",), necklines=("notch lapels",), fits=("regular", "slim", "oversized"),
        patterns=(*_CLOTH, "zigzag"), weave="twill",
    ),
    Kind(
        "coat", cuts={"overcoat": "overcoat", "parka": "parka"}, sleeves=("long",),
        necklines=("notch lapels",), fits=("regular", "oversized"), lengths=("long", "mid"),
        patterns=("plain", "plain", "checked", "zigzag", "leopard"), weave="twill",
    ),
    Kind(
        "jacket", popularity=2,
        cuts={"bomber": "bomber jacket", "denim": "denim jacket", "puffer": "puffer jacket"},
        sleeves=("long",),
        necklines=("stand collar",), fits=("regular", "oversized"),
        patterns=("plain", "plain", "plain", "checked", "leopard", "floral"), weave="twill",
    ),
    Kind(
        "dress", popularity=4,
        cuts={"a-line": "a-line dress", "fit-and-flare": "fit-and-flare dress",
              "shift": "shift dress", "wrap": "wrap dress", "slip": "slip dress"},
        sleeves=("short", "long", "sleeveless"), fits=("regular",),
        necklines=("round neck", "v-neck", "square neck", "scoop neck"),
        lengths=("mini", "midi", "maxi"), gloss=0.06, patterns=_FLOWERS,
    ),
    Kind(
        "skirt", popularity=2,
        cuts={"a-line": "a-line skirt", "pencil": "pencil skirt", "pleated": "pleated skirt",
              "tiered": "tiered skirt"},
        lengths=("mini", "midi", "maxi"), patterns=_FLOWERS,
    ),
    Kind(
        "trousers", popularity=2,
        cuts={"chino": "chinos", "wide-leg": "wide-leg trousers", "joggers": "joggers"},
        fits=("regular", "slim"), lengths=("full", "full", "cropped"), weave="twill",
        patterns=("plain", "plain", "checked", "striped", "zigzag", "floral", "leopard", "dotted"),
    ),
    Kind(
        "jeans", popularity=2,
        cuts={"straight": "straight-leg jeans", "skinny": "skinny jeans",
              "flared": "flared jeans"},
        lengths=("full",), patterns=("plain",), weave="denim",
        colours=("blue", "blue", "blue", "navy", "black", "grey", "white", "beige", "green"),
    ),
    Kind(
        "shorts",
        cuts={"chino": "chino shorts", "sport": "sports shorts", "denim": "denim shorts"},
        fits=("regular",), weave="twill",
    ),
    Kind(
        "sneakers", popularity=2,
        cuts={"low-top": "low-top sneakers", "high-top": "high-top sneakers",
              "runner": "running shoes"},
        weave="leather",
        patterns=("plain", "plain", "plain", "checked", "leopard", "floral"), gloss=0.20,
    ),
    Kind(
        "boots",
        cuts={"ankle": "lace-up ankle boots", "chelsea": "Chelsea boots",
              "knee-high": "knee-high boots"},
        weave="leather",
        patterns=("plain",), gloss=0.40,
    ),
    Kind(
        "hat", cuts={"cap": "cap", "beanie": "beanie", "bucket": "bucket hat"}, weave="twill",
    ),
    Kind(
        "bag",
        cuts={"tote": "tote bag", "handbag": "handbag", "backpack": "backpack"},
        weave="leather",
        patterns=("plain", "plain", "plain", "striped", "checked", "leopard", "floral"),
        gloss=0.25,
    ),
    Kind(
        "scarf", cuts={"looped": "scarf", "folded": "scarf"}, weave="knit",
    ),
)  # fmt: skip

KINDS = MappingProxyType({kind.name: kind for kind in _KINDS})
