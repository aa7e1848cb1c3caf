"""Say of generated garments what mini's training wants to know: a photo and its tags."""

from collections.abc import Iterator

from PIL import Image

from demo.garments import Garment, draw_garment, sample_garments, shade_of
from training.mini.captions import is_worded
from training.mini.facts import Facts
from training.mini.words import normalised

# The wide and narrow kinds that each kind of garment falls under; a cut can add another.
_KINDS = {
    "long-sleeve top": ("longsleeve",),
    "tank top": ("undershirt",),
    "bodysuit": ("body",),
    "polo shirt": ("polo",),
    "jumper": ("jumper", "knitwear"),
    "cardigan": ("cardigan", "knitwear"),
    "coat": ("coat", "outwear"),
    "jacket": ("jacket", "outwear"),
    "trousers": ("trousers", "pants"),
    "jeans": ("jeans", "pants"),
    "sneakers": ("sneakers", "shoes"),
    "boots": ("boots", "shoes"),
}
_CUT_KINDS = {
    "cap": "cap",
    "beanie": "beanie",
    "bucket": "bucket hat",
    "camisole": "camisole",
    "crop": "crop top",
    "peplum": "peplum top",
    "tote": "tote",
    "handbag": "handbag",
    "backpack": "backpack",
    "joggers": "joggers",
    "parka": "parka",
}
# What one could also call it, or not: neither pulled together nor pushed apart.
_ARGUABLE = {
    "jumper": ("longsleeve",),
    "cardigan": ("longsleeve", "outwear"),
    "blazer": ("jacket", "outwear"),
    "jeans": ("trousers",),
    "blouse": ("shirt", "top"),
    "hoodie": ("jumper",),
    "tank top": ("top",),
}
_NAMED_FIELDS = ("sleeve", "neckline", "cut", "fit", "length", "pattern")


def garment_samples(*, count: int, seed: int, height: int) -> Iterator[tuple[Image.Image, Facts]]:
    """Draw `count` garments, `height` pixels high, each with what is true of it."""
    for garment in sample_garments(count=count, seed=seed):
        yield draw_garment(garment, height=height), garment_facts(garment)


def garment_facts(garment: Garment) -> Facts:
    """Return the tags of a garment; everything is known but what words leave open."""
    kinds = {*_KINDS.get(garment.kind, (garment.kind,)), _CUT_KINDS.get(garment.cut or "")}
    tags = {f"kind:{kind}" for kind in kinds if kind}
    tags |= {f"colour:{garment.colour}", f"shade:{normalised(shade_of(garment))}"}
    for field in _NAMED_FIELDS:
        value = getattr(garment, field)
        if value:
            tags.add(f"{field}:{normalised(value)}")
    unknown = {f"kind:{kind}" for kind in _ARGUABLE.get(garment.kind, ())}
    if garment.accent:
        tags.add(f"accent:{garment.accent}")
        unknown.add(f"colour:{garment.accent}")
    return Facts(frozenset(filter(is_worded, tags)), frozenset(unknown))
