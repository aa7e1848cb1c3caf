"""The types of garment that everybody has: their slots, words and habits.

The habits are what is mostly true of a type: how formal it is, in [0, 1] (`attributes.FORMALITY`),
its styles, and the seasons it is worn in, the most usual first; none means any. The first wording
is the plainest; words that the bundled encoder knows stand beside those that only a large one does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SLOTS = ("top", "bottom", "one_piece", "outer", "shoes", "bag", "accessory")


@dataclass(frozen=True)
class GarmentType:
    """One type of garment, in the words of a shop: lower case, singular but for pairs."""

    name: str
    slot: str
    wordings: tuple[str, ...]
    formality: float = 0.4
    styles: tuple[str, ...] = ()
    seasons: tuple[str, ...] = ()


WARM = ("summer", "spring")
COOL = ("winter", "autumn")
MILD = ("spring", "autumn")
SUMMER = ("summer",)
WINTER = ("winter",)
NOT_SUMMER = ("autumn", "winter", "spring")

# slot: name, wordings beside the name, formality, styles, seasons
_Row = tuple[str, tuple[str, ...], float, tuple[str, ...], tuple[str, ...]]

_TABLE: dict[str, tuple[_Row, ...]] = {
    "top": (
        ("t-shirt", ("tee", "short sleeve t shirt"), 0.25, ("casual", "streetwear"), ()),
        ("long-sleeve top", ("longsleeve", "long sleeve t shirt"), 0.3, ("casual",), NOT_SUMMER),
        ("tank top", ("undershirt", "singlet", "sleeveless top"), 0.1, ("casual", "sporty"),
         SUMMER),
        ("top", ("womens top",), 0.4, ("casual", "party"), WARM),
        ("camisole", ("cami top",), 0.4, ("romantic", "party"), SUMMER),
        ("crop top", ("cropped top",), 0.25, ("casual", "party"), SUMMER),
        ("shirt", ("button up shirt", "button down shirt", "collared shirt"), 0.65,
         ("smart casual", "business"), ()),
        ("blouse", ("womens blouse",), 0.65, ("business", "elegant"), ()),
        ("polo shirt", ("polo",), 0.45, ("smart casual", "sporty"), WARM),
        ("sweater", ("jumper", "pullover", "knitted jumper"), 0.45,
         ("casual", "smart casual"), COOL),
        ("turtleneck", ("turtleneck sweater", "roll neck jumper"), 0.55,
         ("minimalist", "smart casual"), COOL),
        ("sweatshirt", ("crew neck sweatshirt",), 0.2, ("casual", "sporty"), NOT_SUMMER),
        ("hoodie", ("hooded sweatshirt", "hoody"), 0.15, ("casual", "streetwear"), NOT_SUMMER),
        ("tunic", ("tunic top",), 0.4, ("bohemian", "casual"), WARM),
        ("bodysuit", ("body",), 0.35, ("casual",), ()),
    ),
    "bottom": (
        ("trousers", ("pants", "slacks"), 0.55, ("smart casual", "business"), ()),
        ("chinos", ("chino trousers",), 0.55, ("smart casual",), ()),
        ("cargo trousers", ("cargo pants",), 0.2, ("streetwear", "outdoor"), ()),
        ("jeans", ("denims", "denim trousers", "denim jeans"), 0.3, ("casual", "streetwear"), ()),
        ("joggers", ("jogging pants", "sweatpants"), 0.1, ("sporty", "lounge"), ()),
        ("leggings", ("yoga leggings",), 0.1, ("sporty", "casual"), ()),
        ("shorts", ("short trousers", "pair of shorts"), 0.2, ("casual", "sporty"), SUMMER),
        ("denim shorts", ("jean shorts",), 0.15, ("casual",), SUMMER),
        ("skirt", ("a line skirt",), 0.5, ("smart casual", "elegant"), ()),
        ("mini skirt", ("short skirt",), 0.35, ("casual", "party"), WARM),
        ("pencil skirt", ("slim midi skirt",), 0.75, ("business", "elegant"), ()),
        ("pleated skirt", ("midi pleated skirt",), 0.55, ("romantic", "classic"), ()),
    ),
    "one_piece": (
        ("dress", ("frock", "gown"), 0.6, ("elegant", "romantic"), WARM),
        ("evening dress", ("evening gown", "cocktail dress"), 0.95, ("formal", "elegant"), ()),
        ("shirt dress", ("belted shirt dress",), 0.6, ("smart casual", "business"), WARM),
        ("sundress", ("summer beach dress",), 0.3, ("beach", "bohemian"), SUMMER),
        ("jumpsuit", ("one piece jumpsuit with trousers",), 0.55, ("elegant", "party"), ()),
        ("playsuit", ("short jumpsuit",), 0.3, ("casual", "beach"), SUMMER),
        ("dungarees", ("denim overalls",), 0.15, ("casual", "vintage"), ()),
        ("pyjamas", ("pajamas", "nightwear"), 0.0, ("lounge",), ()),
        ("swimsuit", ("one piece swimsuit", "bathing suit"), 0.05, ("beach", "sporty"), SUMMER),
        ("suit", ("two piece suit", "tailored suit"), 0.95, ("formal", "business"), ()),
    ),
    "outer": (
        ("jacket", ("outerwear",), 0.4, ("casual", "streetwear"), NOT_SUMMER),
        ("denim jacket", ("jean jacket",), 0.3, ("casual", "vintage"), MILD),
        ("leather jacket", ("biker jacket",), 0.4, ("streetwear", "party"), MILD),
        ("bomber jacket", ("bomber",), 0.25, ("streetwear", "casual"), MILD),
        ("puffer jacket", ("down jacket", "quilted jacket"), 0.2, ("outdoor", "streetwear"),
         WINTER),
        ("fleece jacket", ("zip fleece",), 0.1, ("outdoor", "sporty"), COOL),
        ("raincoat", ("rain jacket", "waterproof jacket"), 0.25, ("outdoor",), NOT_SUMMER),
        ("blazer", ("suit jacket", "sports coat"), 0.8, ("business", "elegant"), ()),
        ("waistcoat", ("suit vest",), 0.75, ("business", "classic"), ()),
        ("gilet", ("padded vest", "sleeveless jacket"), 0.3, ("outdoor", "casual"), MILD),
        ("cardigan", ("knitted cardigan",), 0.4, ("casual", "classic"), NOT_SUMMER),
        ("coat", ("winter coat", "overcoat"), 0.65, ("classic", "elegant"), COOL),
        ("trench coat", ("belted trench coat",), 0.65, ("classic", "business"), MILD),
        ("parka", ("hooded parka",), 0.25, ("outdoor", "casual"), WINTER),
    ),
    "shoes": (
        ("shoes", ("footwear", "pair of shoes"), 0.5, ("casual", "classic"), ()),
        ("sneakers", ("trainers", "sports shoes", "running shoes"), 0.2,
         ("sporty", "streetwear"), ()),
        ("boots", ("leather boots",), 0.45, ("classic", "casual"), COOL),
        ("ankle boots", ("chelsea boots",), 0.5, ("classic", "smart casual"), NOT_SUMMER),
        ("sandals", ("strappy sandals",), 0.25, ("beach", "casual"), SUMMER),
        ("flip-flops", ("flip flops",), 0.0, ("beach",), SUMMER),
        ("high heels", ("pumps", "stilettos"), 0.85, ("elegant", "party"), ()),
        ("ballet flats", ("ballerina shoes",), 0.55, ("romantic", "classic"), WARM),
        ("loafers", ("moccasins",), 0.6, ("smart casual", "classic"), ()),
        ("lace-up shoes", ("oxford shoes", "derby shoes"), 0.85, ("business", "formal"), ()),
        ("slippers", ("house slippers",), 0.0, ("lounge",), ()),
    ),
    "bag": (
        ("bag", ("shoulder bag",), 0.45, ("classic",), ()),
        ("handbag", ("purse",), 0.6, ("elegant", "classic"), ()),
        ("tote bag", ("tote", "shopping bag"), 0.35, ("casual",), ()),
        ("backpack", ("rucksack",), 0.15, ("outdoor", "casual"), ()),
        ("clutch", ("evening clutch bag",), 0.9, ("party", "elegant"), ()),
        ("crossbody bag", ("messenger bag",), 0.35, ("casual", "streetwear"), ()),
    ),
    "accessory": (
        ("hat", ("headwear",), 0.4, ("casual", "classic"), ()),
        ("cap", ("baseball cap",), 0.1, ("streetwear", "sporty"), WARM),
        ("beanie", ("woolly hat", "knitted hat"), 0.15, ("casual", "streetwear"), WINTER),
        ("bucket hat", ("sun hat",), 0.15, ("beach", "streetwear"), SUMMER),
        ("scarf", ("knitted scarf", "shawl"), 0.45, ("classic", "casual"), COOL),
        ("gloves", ("pair of gloves",), 0.45, ("classic",), WINTER),
        ("belt", ("leather belt",), 0.5, ("classic",), ()),
        ("tie", ("necktie", "bow tie"), 0.9, ("business", "formal"), ()),
        ("sunglasses", ("pair of sunglasses",), 0.35, ("beach", "casual"), WARM),
        ("jewellery", ("necklace", "earrings", "bracelet"), 0.65, ("elegant", "party"), ()),
        ("watch", ("wrist watch",), 0.6, ("classic", "business"), ()),
        ("socks", ("pair of socks",), 0.2, ("casual",), ()),
        ("tights", ("pair of tights",), 0.6, ("classic",), COOL),
    ),
}  # fmt: skip


def _types() -> Iterator[GarmentType]:
    for slot, rows in _TABLE.items():
        for name, more, formality, styles, seasons in rows:
            wordings = (name.replace("-", " "), *more)
            yield GarmentType(name, slot, wordings, formality, styles, seasons)


GARMENT_TYPES = tuple(_types())
