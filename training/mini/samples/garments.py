"""Generated garments as training samples: photos with their labels."""

from collections.abc import Iterator

from PIL import Image

from catalog.vocabulary.words import plain
from demo.garments import Garment, draw_garment, noun_of, sample_garments, shade_of
from training.mini.captions import has_words
from training.mini.labels import PhotoLabels
from training.mini.words import TAG_VALUES

# The wide kinds of narrow ones.
_WIDE_KINDS = {
    "jumper": "knitwear",
    "cardigan": "knitwear",
    "coat": "outwear",
    "jacket": "outwear",
    "trousers": "pants",
    "jeans": "pants",
    "sneakers": "shoes",
    "boots": "shoes",
}
# Kinds that are neither true nor false.
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


def draw_garment_samples(
    *, count: int, seed: int, height: int
) -> Iterator[tuple[Image.Image, PhotoLabels]]:
    """Draw `count` garments, `height` pixels high; yield each with its labels."""
    for garment in sample_garments(count=count, seed=seed):
        yield draw_garment(garment, height=height), label_garment(garment)


def label_garment(garment: Garment) -> PhotoLabels:
    """Return the labels of a garment; only ambiguous kinds and colours are unknown."""
    # A cut can add a kind: a hat cut as a cap is a cap, too.
    names = (garment.kind, noun_of(garment), _WIDE_KINDS.get(garment.kind))
    tags = {f"kind:{TAG_VALUES.get(name, name)}" for name in names if name}
    tags |= {"scene:flat", f"colour:{garment.colour}", f"shade:{plain(shade_of(garment))}"}
    for field in _NAMED_FIELDS:
        value = getattr(garment, field)
        if value:
            tags.add(f"{field}:{plain(value)}")
    unknown = {f"kind:{kind}" for kind in _ARGUABLE.get(garment.kind, ())}
    if garment.accent:
        tags.add(f"accent:{garment.accent}")
        unknown.add(f"colour:{garment.accent}")
    return PhotoLabels(frozenset(filter(has_words, tags)), frozenset(unknown))
