"""What materials, occasions and styles say about kinds: linen is worn as shirts, dresses, shorts.

No photo is labelled with them. The vocabulary knows the styles and seasons of each kind; materials
and occasions are added here. All kinds are names of the vocabulary, the most usual first.
"""

from collections.abc import Iterator, Mapping

from catalog.vocabulary.kinds import KINDS
from catalog.vocabulary.words import MATERIALS, SEASONS, STYLES, Use, texts_for

Kinds = tuple[str, ...]

_OF_MATERIAL: Mapping[str, Kinds] = {
    "wool": ("sweater", "coat", "cardigan", "scarf", "beanie", "suit"),
    "cashmere": ("sweater", "scarf", "turtleneck", "cardigan"),
    "silk": ("blouse", "camisole", "evening dress", "tie", "scarf"),
    "linen": ("shirt", "trousers", "sundress", "shorts", "blouse"),
    "cotton": ("t-shirt", "shirt", "polo shirt", "chinos"),
    "denim": ("jeans", "denim jacket", "denim shorts", "dungarees"),
    "leather": ("leather jacket", "belt", "boots", "loafers", "handbag"),
    "suede": ("ankle boots", "loafers", "boots"),
    "down": ("puffer jacket", "gilet", "parka"),
    "viscose": ("blouse", "dress", "tunic"),
    "polyester": ("raincoat", "joggers", "backpack"),
    "synthetics": ("leggings", "swimsuit", "raincoat"),
    "velvet": ("blazer", "evening dress"),
}
OCCASIONS: Mapping[tuple[str, ...], Kinds] = {
    ("beach", "seaside", "pool", "holiday", "vacation"): (
        "swimsuit", "flip-flops", "shorts", "sundress", "sandals", "hat"),
    ("wedding", "gala", "ceremony", "black tie"): (
        "evening dress", "suit", "high heels", "tie", "clutch"),
    ("party", "night out", "clubbing", "date night"): (
        "dress", "high heels", "mini skirt", "top", "blazer"),
    ("office", "work", "business", "job interview", "meeting"): (
        "blazer", "shirt", "blouse", "suit", "chinos", "pencil skirt"),
    ("gym", "workout", "fitness", "yoga", "training"): (
        "leggings", "tank top", "joggers", "sneakers", "shorts"),
    ("running", "jogging", "marathon"): ("sneakers", "shorts", "leggings", "t-shirt"),
    ("hiking", "camping", "trekking", "outdoor"): (
        "fleece jacket", "boots", "raincoat", "cargo trousers", "backpack"),
    ("rain", "rainy day", "storm"): ("raincoat", "parka", "boots"),
    ("cold weather", "snow", "skiing", "freezing"): (
        "puffer jacket", "coat", "gloves", "beanie", "sweater", "scarf"),
    ("hot weather", "heat", "sunny day"): ("t-shirt", "shorts", "sundress", "sandals", "tank top"),
    ("sleeping", "bedtime", "lounging", "home"): ("pyjamas", "slippers", "joggers", "hoodie"),
    ("school", "college", "campus"): ("hoodie", "t-shirt", "jeans", "backpack", "sneakers"),
    ("travel", "city break", "weekend"): ("jeans", "sneakers", "jacket", "backpack"),
    ("garden party", "picnic", "brunch"): ("sundress", "blouse", "skirt", "hat"),
    ("festival", "concert"): ("denim shorts", "crop top", "boots", "hat"),
}  # fmt: skip


def list_habits() -> Iterator[tuple[str, Kinds]]:
    """Yield each word or phrase with the kinds that it stands for."""
    for name, words in MATERIALS.items():
        for text in texts_for(Use.CHAT, words):
            yield text, _OF_MATERIAL[name]
    for texts, kinds in OCCASIONS.items():
        for text in texts:
            yield text, kinds
    for groups, field in ((STYLES, "styles"), (SEASONS, "seasons")):
        for name, words in groups.items():
            ranked = sorted(
                (getattr(kind, field).index(name), kind.name)
                for kind in KINDS.values()
                if name in getattr(kind, field)
            )
            for text in texts_for(Use.CHAT, words):
                yield text, tuple(kind for _, kind in ranked)
