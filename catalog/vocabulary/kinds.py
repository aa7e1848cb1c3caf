"""Kinds of garment: their slots, words and habits.

The habits are what is usual for a kind: how formal it is, in [0, 1] (`properties.FORMALITY`), its
styles, and the seasons it is worn in, the most usual first; none means any. The first word is the
plainest. Some words are known to the bundled encoder, some only to a large one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from catalog.vocabulary.words import Use, Word, Words, parse_words, texts_for

SLOTS = ("top", "bottom", "one_piece", "outer", "shoes", "bag", "accessory")


@dataclass(frozen=True)
class GarmentKind:
    """One kind of garment; its name is lower case, singular except for pairs.

    `prompts` are the texts that tagging compares photos with, `phrases` are what shoppers call it.
    """

    name: str
    slot: str
    prompts: tuple[str, ...]
    formality: float = 0.4
    styles: tuple[str, ...] = ()
    seasons: tuple[str, ...] = ()
    words: Words = field(default=(), repr=False)

    @property
    def phrases(self) -> tuple[str, ...]:
        """Return the phrases that mean this kind in a message."""
        return texts_for(Use.CHAT, self.words) if self.words else self.prompts


WARM = ("summer", "spring")
COOL = ("winter", "autumn")
MILD = ("spring", "autumn")
SUMMER = ("summer",)
WINTER = ("winter",)
NOT_SUMMER = ("autumn", "winter", "spring")

# slot: name, words in addition to the name, formality, styles, seasons
_Row = tuple[str, str, float, tuple[str, ...], tuple[str, ...]]

_TABLE: dict[str, tuple[_Row, ...]] = {
    "top": (
        ("t-shirt", "tshirt (chat caption), tee, tee shirt (not prompt), short-sleeve t-shirt",
         0.25, ("casual", "streetwear"), ()),
        ("long-sleeve top", "longsleeve, long-sleeve t-shirt (not demo), "
         "long-sleeved t-shirt (caption demo), long-sleeve tee (caption)",
         0.3, ("casual",), NOT_SUMMER),
        ("tank top", "undershirt, singlet (not demo), vest (caption demo), sleeveless top"
         " | tank, vest top", 0.1, ("casual", "sporty"), SUMMER),
        ("top", "women's top", 0.4, ("casual", "party"), WARM),
        ("camisole", "cami top", 0.4, ("romantic", "party"), SUMMER),
        ("crop top", "cropped top", 0.25, ("casual", "party"), SUMMER),
        ("shirt", "button-up shirt, button-down shirt (not demo), collared shirt"
         " | button up, button down, dress shirt", 0.65, ("smart casual", "business"), ()),
        ("blouse", "women's blouse", 0.65, ("business", "elegant"), ()),
        ("polo shirt", "polo", 0.45, ("smart casual", "sporty"), WARM),
        ("sweater", "jumper, pullover, knitted jumper (not demo), knit (chat demo)"
         " | knitwear, jersey", 0.45, ("casual", "smart casual"), COOL),
        ("turtleneck", "turtleneck sweater, roll neck jumper | polo neck, roll neck", 0.55,
         ("minimalist", "smart casual"), COOL),
        ("sweatshirt", "crew neck sweatshirt", 0.2, ("casual", "sporty"), NOT_SUMMER),
        ("hoodie", "hooded sweatshirt, hooded jumper (caption demo), hoody (not demo)", 0.15,
         ("casual", "streetwear"), NOT_SUMMER),
        ("tunic", "tunic top", 0.4, ("bohemian", "casual"), WARM),
        ("bodysuit", "baby bodysuit (caption demo), onesie (caption demo), baby body (caption), "
         "baby romper (caption demo), body (prompt caption)", 0.35, ("casual",), ()),
    ),
    "bottom": (
        ("trousers", "pants, slacks", 0.55, ("smart casual", "business"), ()),
        ("chinos", "chino trousers | chino", 0.55, ("smart casual",), ()),
        ("cargo trousers", "cargo pants | cargos", 0.2, ("streetwear", "outdoor"), ()),
        ("jeans", "denims, denim trousers, denim jeans (not demo)", 0.3,
         ("casual", "streetwear"), ()),
        ("joggers", "jogging pants, sweatpants | tracksuit bottoms, track pants", 0.1,
         ("sporty", "lounge"), ()),
        ("leggings", "yoga leggings", 0.1, ("sporty", "casual"), ()),
        ("shorts", "short trousers (not chat), pair of shorts (not demo) | bermudas", 0.2,
         ("casual", "sporty"), SUMMER),
        ("denim shorts", "jean shorts", 0.15, ("casual",), SUMMER),
        ("skirt", "a-line skirt (prompt chat) | midi skirt, maxi skirt", 0.5,
         ("smart casual", "elegant"), ()),
        ("mini skirt", "short skirt", 0.35, ("casual", "party"), WARM),
        ("pencil skirt", "slim midi skirt", 0.75, ("business", "elegant"), ()),
        ("pleated skirt", "midi pleated skirt", 0.55, ("romantic", "classic"), ()),
    ),
    "one_piece": (
        ("dress", "frock, gown (not demo) | maxi dress, midi dress, mini dress, wrap dress", 0.6,
         ("elegant", "romantic"), WARM),
        ("evening dress", "evening gown, cocktail dress | ball gown, prom dress", 0.95,
         ("formal", "elegant"), ()),
        ("shirt dress", "belted shirt dress", 0.6, ("smart casual", "business"), WARM),
        ("sundress", "summer beach dress | summer dress", 0.3, ("beach", "bohemian"), SUMMER),
        ("jumpsuit", "one piece jumpsuit with trousers", 0.55, ("elegant", "party"), ()),
        ("playsuit", "short jumpsuit | romper", 0.3, ("casual", "beach"), SUMMER),
        ("dungarees", "denim overalls | overalls", 0.15, ("casual", "vintage"), ()),
        ("pyjamas", "pajamas, nightwear", 0.0, ("lounge",), ()),
        ("swimsuit", "one piece swimsuit, bathing suit | bikini, swimwear, swimming costume", 0.05,
         ("beach", "sporty"), SUMMER),
        ("suit", "two piece suit, tailored suit | tuxedo, tux", 0.95, ("formal", "business"), ()),
    ),
    "outer": (
        ("jacket", "outerwear (not caption), short jacket (caption demo)", 0.4,
         ("casual", "streetwear"), NOT_SUMMER),
        ("denim jacket", "jean jacket", 0.3, ("casual", "vintage"), MILD),
        ("leather jacket", "biker jacket", 0.4, ("streetwear", "party"), MILD),
        ("bomber jacket", "bomber", 0.25, ("streetwear", "casual"), MILD),
        ("puffer jacket", "down jacket, quilted jacket | down coat, puffer", 0.2,
         ("outdoor", "streetwear"), WINTER),
        ("fleece jacket", "zip fleece | fleece", 0.1, ("outdoor", "sporty"), COOL),
        ("raincoat", "rain jacket, waterproof jacket | windbreaker, mac", 0.25, ("outdoor",),
         NOT_SUMMER),
        ("blazer", "suit jacket, sports coat", 0.8, ("business", "elegant"), ()),
        ("waistcoat", "suit vest", 0.75, ("business", "classic"), ()),
        ("gilet", "padded vest, sleeveless jacket | body warmer", 0.3, ("outdoor", "casual"), MILD),
        ("cardigan", "knitted cardigan | cardi", 0.4, ("casual", "classic"), NOT_SUMMER),
        ("coat", "winter coat, overcoat (not demo), outerwear (demo)", 0.65,
         ("classic", "elegant"), COOL),
        ("trench coat", "belted trench coat | trench", 0.65, ("classic", "business"), MILD),
        ("parka", "hooded parka (not caption) | anorak", 0.25, ("outdoor", "casual"), WINTER),
    ),
    "shoes": (
        ("shoes", "footwear, pair of shoes | shoe", 0.5, ("casual", "classic"), ()),
        ("sneakers", "trainers, sports shoes, running shoes (not demo), shoes (demo) | kicks", 0.2,
         ("sporty", "streetwear"), ()),
        ("boots", "leather boots (not demo), shoes (demo), footwear (demo) | winter boots", 0.45,
         ("classic", "casual"), COOL),
        ("ankle boots", "chelsea boots | chelseas, booties", 0.5, ("classic", "smart casual"),
         NOT_SUMMER),
        ("sandals", "strappy sandals", 0.25, ("beach", "casual"), SUMMER),
        ("flip-flops", "flip flops | thongs", 0.0, ("beach",), SUMMER),
        ("high heels", "pumps, stilettos | heels", 0.85, ("elegant", "party"), ()),
        ("ballet flats", "ballerina shoes | flats, ballerinas", 0.55, ("romantic", "classic"),
         WARM),
        ("loafers", "moccasins", 0.6, ("smart casual", "classic"), ()),
        ("lace-up shoes", "oxford shoes, derby shoes | brogues, oxfords, dress shoes", 0.85,
         ("business", "formal"), ()),
        ("slippers", "house slippers", 0.0, ("lounge",), ()),
    ),
    "bag": (
        ("bag", "shoulder bag (prompt chat)", 0.45, ("classic",), ()),
        ("handbag", "purse", 0.6, ("elegant", "classic"), ()),
        ("tote bag", "tote, shopping bag", 0.35, ("casual",), ()),
        ("backpack", "rucksack", 0.15, ("outdoor", "casual"), ()),
        ("clutch", "evening clutch bag", 0.9, ("party", "elegant"), ()),
        ("crossbody bag", "messenger bag | satchel, crossbody", 0.35, ("casual", "streetwear"), ()),
    ),
    "accessory": (
        ("hat", "headwear", 0.4, ("casual", "classic"), ()),
        ("cap", "baseball cap", 0.1, ("streetwear", "sporty"), WARM),
        ("beanie", "woolly hat, knitted hat", 0.15, ("casual", "streetwear"), WINTER),
        ("bucket hat", "sun hat | straw hat", 0.15, ("beach", "streetwear"), SUMMER),
        ("scarf", "knitted scarf, shawl (not demo) | pashmina", 0.45, ("classic", "casual"), COOL),
        ("gloves", "pair of gloves | mittens", 0.45, ("classic",), WINTER),
        ("belt", "leather belt", 0.5, ("classic",), ()),
        ("tie", "necktie, bow tie", 0.9, ("business", "formal"), ()),
        ("sunglasses", "pair of sunglasses | sunnies, shades", 0.35, ("beach", "casual"), WARM),
        ("jewellery", "necklace, earrings, bracelet | jewelry, ring", 0.65,
         ("elegant", "party"), ()),
        ("watch", "wrist watch", 0.6, ("classic", "business"), ()),
        ("socks", "pair of socks", 0.2, ("casual",), ()),
        ("tights", "pair of tights", 0.6, ("classic",), COOL),
    ),
}  # fmt: skip


def _kinds() -> Iterator[GarmentKind]:
    for slot, rows in _TABLE.items():
        for name, more, formality, styles, seasons in rows:
            words = (Word(name), *parse_words(more))
            prompts = texts_for(Use.PROMPT, words)
            yield GarmentKind(name, slot, prompts, formality, styles, seasons, words)


KINDS = {kind.name: kind for kind in _kinds()}

# Phrases for everything that is worn in one slot.
SLOT_PHRASES = {
    "bottoms": "bottom",
    "something for the legs": "bottom",
    "outerwear": "outer",
    "layer": "outer",
    "footwear": "shoes",
    "accessory": "accessory",
    "accessories": "accessory",
}
