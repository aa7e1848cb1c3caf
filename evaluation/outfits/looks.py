"""Looks as stylists describe them: a palette, garments, a season. The evaluation's ground truth.

Written after descriptions of capsule wardrobes, independent of the scorer: nothing here is computed
from colour distances, common styles or formalities.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from stylist.garments.garment import Slot


@dataclass(frozen=True, eq=False)
class Look:
    """A way to dress: `kinds` to choose from in each slot; colours are retail names.

    Most pieces have one of the `neutrals`; an accent is worn by one piece, or by two.
    `formality`, in [0, 1], is typical for the pieces of the look.
    """

    style: str
    formality: float
    seasons: tuple[str, ...]
    neutrals: tuple[str, ...]
    accents: tuple[str, ...]
    kinds: Mapping[Slot, tuple[str, ...]]


COOL, WARM = ("autumn", "winter"), ("spring", "summer")
ALL = (*WARM, *COOL)


def _look(
    style: str,
    formality: float,
    seasons: tuple[str, ...],
    neutrals: str,
    accents: str,
    **kinds: str,
) -> Look:
    def split(text: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in text.split(","))

    return Look(
        style, formality, seasons, split(neutrals), split(accents),
        {Slot(slot): split(text) for slot, text in kinds.items()},
    )  # fmt: skip


LOOKS = (
    _look(
        "business", 0.75, ALL, "navy, charcoal, white, light blue", "burgundy, royal blue",
        top="shirt, blouse", bottom="trousers, pencil skirt", outer="blazer, trench coat",
        shoes="lace-up shoes, loafers, high heels", bag="handbag", accessory="watch, tie, belt",
    ),
    _look(
        "casual", 0.25, ALL, "denim, white, grey, navy", "red, mustard, forest green",
        top="t-shirt, sweatshirt, long-sleeve top", bottom="jeans, chinos",
        outer="denim jacket, jacket", shoes="sneakers", bag="backpack, tote bag",
        accessory="cap, sunglasses",
    ),
    _look(
        "elegant", 0.95, ALL, "black, navy, silver", "burgundy, plum, forest green",
        one_piece="evening dress, jumpsuit", outer="coat, blazer", shoes="high heels",
        bag="clutch", accessory="jewellery",
    ),
    _look(
        "beach", 0.1, ("summer",), "white, sand, cream", "turquoise, coral, lemon, sky blue",
        top="tank top, t-shirt, top", bottom="shorts, denim shorts",
        shoes="sandals, flip-flops", bag="tote bag", accessory="sunglasses, bucket hat",
    ),
    _look(
        "beach", 0.15, ("summer",), "white, ivory", "coral, lemon, teal",
        one_piece="sundress, playsuit", shoes="sandals, flip-flops", bag="tote bag",
        accessory="sunglasses, hat",
    ),
    _look(
        "classic", 0.5, COOL, "camel, cream, black, charcoal", "burgundy, forest green",
        top="sweater, turtleneck", bottom="trousers, jeans", outer="coat",
        shoes="boots, ankle boots", bag="handbag", accessory="scarf, gloves, beanie",
    ),
    _look(
        "sporty", 0.05, ALL, "black, grey, white", "lime, fuchsia, royal blue",
        top="tank top, t-shirt", bottom="leggings, joggers, shorts", outer="fleece jacket",
        shoes="sneakers", bag="backpack", accessory="cap, socks",
    ),
    _look(
        "outdoor", 0.1, COOL, "olive, khaki, charcoal, brown", "orange, rust, teal",
        top="long-sleeve top, t-shirt, shirt", bottom="cargo trousers, leggings",
        outer="raincoat, fleece jacket, parka", shoes="boots", bag="backpack",
        accessory="beanie, cap",
    ),
    _look(
        "bohemian", 0.35, WARM, "cream, sand, camel, brown", "rust, teal, dusty rose, mustard",
        top="tunic, top, blouse", bottom="skirt, jeans", shoes="sandals, ankle boots",
        bag="crossbody bag", accessory="hat, jewellery, scarf",
    ),
    _look(
        "romantic", 0.5, WARM, "ivory, blush, cream", "lavender, dusty rose, pink, mint",
        top="blouse, camisole", bottom="pleated skirt, skirt", outer="cardigan",
        shoes="ballet flats", bag="handbag", accessory="jewellery, scarf",
    ),
    _look(
        "streetwear", 0.15, ALL, "black, white, grey, olive", "orange, royal blue, purple, red",
        top="hoodie, t-shirt, sweatshirt", bottom="cargo trousers, joggers, jeans",
        outer="bomber jacket, puffer jacket", shoes="sneakers", bag="crossbody bag, backpack",
        accessory="cap, beanie, bucket hat",
    ),
    _look(
        "smart casual", 0.5, WARM, "navy, beige, white, light blue", "sage, sky blue, coral",
        top="polo shirt, shirt", bottom="chinos, trousers", outer="blazer, cardigan",
        shoes="loafers", bag="tote bag", accessory="belt, watch, sunglasses",
    ),
    _look(
        "minimalist", 0.5, COOL, "black, white, grey, taupe", "navy, camel",
        top="turtleneck, t-shirt, shirt", bottom="trousers, jeans", outer="coat, trench coat",
        shoes="ankle boots, loafers", bag="tote bag", accessory="watch, scarf",
    ),
    _look(
        "vintage", 0.35, COOL, "brown, cream, olive, denim", "mustard, rust, burgundy, teal",
        top="blouse, sweater, shirt", bottom="skirt, jeans", outer="leather jacket, coat",
        shoes="ankle boots, lace-up shoes", bag="crossbody bag, handbag", accessory="belt, hat",
    ),
    _look(
        "party", 0.6, ALL, "black, silver, white", "fuchsia, purple, royal blue, red",
        top="crop top, camisole", bottom="mini skirt, trousers", outer="leather jacket",
        shoes="high heels", bag="clutch", accessory="jewellery",
    ),
    _look(
        "lounge", 0.05, COOL, "grey, cream, blush, white", "lavender, sky blue",
        top="sweatshirt, t-shirt, hoodie", bottom="joggers, leggings", outer="cardigan",
        shoes="slippers", bag="tote bag", accessory="socks",
    ),
    _look(
        "romantic", 0.7, WARM, "ivory, beige, light blue", "dusty rose, sage, lavender, peach",
        one_piece="dress, shirt dress, jumpsuit", outer="blazer", shoes="high heels, ballet flats",
        bag="clutch, handbag", accessory="jewellery, hat",
    ),
)  # fmt: skip
PATTERNS = ("striped", "checked", "dotted", "floral")
