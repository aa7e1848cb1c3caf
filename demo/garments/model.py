"""The features of a garment, and what each kind of garment can have."""

from dataclasses import dataclass
from types import MappingProxyType

PATTERNS = ("plain", "striped", "checked", "dotted", "floral", "zigzag", "leopard")


@dataclass(frozen=True)
class Garment:
    """One garment, wholly determined by its features: the same features draw the same picture."""

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

    A variant named twice is twice as common.
    """

    name: str
    cuts: tuple[str, ...] = ()
    sleeves: tuple[str, ...] = ()
    necklines: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    patterns: tuple[str, ...] = PATTERNS
    colours: tuple[str, ...] = ()
    weave: str = "weave"
    gloss: float = 0.0
    popularity: int = 1  # how many a shop has for each one of a rarer kind


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
        "top", cuts=("camisole", "crop", "peplum"),
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
        "blouse", cuts=("bow", "ruffle", "wrap"),
        sleeves=("long", "long", "short"), necklines=("v-neck", "round neck"),
        fits=("regular",), gloss=0.22,
    ),
    Kind(
        "hoodie", popularity=2, cuts=("pullover", "zip"), sleeves=("long",),
        necklines=("hooded",), fits=_FITS, weave="fleece",
    ),
    Kind(
        "jumper", popularity=2, cuts=("ribbed", "cable"), sleeves=("long",),
        necklines=("crew neck", "v-neck", "roll neck"), fits=_FITS, weave="knit",
    ),
    Kind(
        "cardigan", sleeves=("long",), necklines=("v-neck",),
        fits=("regular", "oversized"), weave="knit",
    ),
    Kind(
        "blazer", cuts=("single-breasted", "double-breasted"),
        sleeves=("long",), necklines=("notch lapels",), fits=("regular", "slim", "oversized"),
        patterns=(*_CLOTH, "zigzag"), weave="twill",
    ),
    Kind(
        "coat", cuts=("overcoat", "parka"), sleeves=("long",),
        necklines=("notch lapels",), fits=("regular", "oversized"), lengths=("long", "mid"),
        patterns=("plain", "plain", "checked", "zigzag", "leopard"), weave="twill",
    ),
    Kind(
        "jacket", popularity=2, cuts=("bomber", "denim", "puffer"), sleeves=("long",),
        necklines=("stand collar",), fits=("regular", "oversized"),
        patterns=("plain", "plain", "plain", "checked", "leopard", "floral"), weave="twill",
    ),
    Kind(
        "dress", popularity=4, cuts=("a-line", "fit-and-flare", "shift", "wrap", "slip"),
        sleeves=("short", "long", "sleeveless"), fits=("regular",),
        necklines=("round neck", "v-neck", "square neck", "scoop neck"),
        lengths=("mini", "midi", "maxi"), gloss=0.06, patterns=_FLOWERS,
    ),
    Kind(
        "skirt", popularity=2, cuts=("a-line", "pencil", "pleated", "tiered"),
        lengths=("mini", "midi", "maxi"), patterns=_FLOWERS,
    ),
    Kind(
        "trousers", popularity=2, cuts=("chino", "wide-leg", "joggers"),
        fits=("regular", "slim"), lengths=("full", "full", "cropped"), weave="twill",
        patterns=("plain", "plain", "checked", "striped", "zigzag", "floral", "leopard", "dotted"),
    ),
    Kind(
        "jeans", popularity=2, cuts=("straight", "skinny", "flared"),
        lengths=("full",), patterns=("plain",), weave="denim",
        colours=("blue", "blue", "blue", "navy", "black", "grey", "white", "beige", "green"),
    ),
    Kind(
        "shorts", cuts=("chino", "sport", "denim"), fits=("regular",), weave="twill",
    ),
    Kind(
        "sneakers", popularity=2, cuts=("low-top", "high-top", "runner"), weave="leather",
        patterns=("plain", "plain", "plain", "checked", "leopard", "floral"), gloss=0.20,
    ),
    Kind(
        "boots", cuts=("ankle", "chelsea", "knee-high"), weave="leather",
        patterns=("plain",), gloss=0.40,
    ),
    Kind(
        "hat", cuts=("cap", "beanie", "bucket"), weave="twill",
    ),
    Kind(
        "bag", cuts=("tote", "handbag", "backpack"), weave="leather",
        patterns=("plain", "plain", "plain", "striped", "checked", "leopard", "floral"),
        gloss=0.25,
    ),
    Kind(
        "scarf", cuts=("looped", "folded"), weave="knit",
    ),
)  # fmt: skip

KINDS = MappingProxyType({kind.name: kind for kind in _KINDS})
