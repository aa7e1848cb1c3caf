"""Read a folder of photos of worn garments, and label them for training.

`labels.csv` (image, label, colour, worn, split) lies beside `images/`. A photo is labelled by the
garment that the shop sells; the other garments on it are not labelled.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from PIL import Image

from core.ml.colours import BASIC_COLOURS
from training.labelled_photos import read_label_rows
from training.mini.labels import PhotoLabels

# The kinds of each label, by the values of tags; other labels are left out.
KINDS: Mapping[str, tuple[str, ...]] = {
    "t-shirt": ("t-shirt",),
    "long-sleeve t-shirt": ("longsleeve",),
    "tank top": ("undershirt", "top"),
    "bra top": ("crop top", "top"),
    "shirt": ("shirt",),
    "blouse": ("blouse",),
    "sweater": ("jumper", "knitwear"),
    "sweatshirt": ("sweatshirt",),
    "hoodie": ("hoodie",),
    "cardigan": ("cardigan", "knitwear"),
    "dress": ("dress",),
    "suit": ("suit",),
    "jeans": ("jeans", "pants"),
    "trousers": ("trousers", "pants"),
    "skirt": ("skirt",),
    "jacket": ("jacket", "outwear"),
    "denim jacket": ("denim jacket", "jacket", "outwear"),
    "leather jacket": ("leather jacket", "jacket", "outwear"),
    "bomber jacket": ("bomber jacket", "jacket", "outwear"),
    "puffer jacket": ("puffer jacket", "jacket", "outwear"),
    "quilted jacket": ("puffer jacket", "jacket", "outwear"),
    "rain jacket": ("raincoat", "jacket", "outwear"),
    "blazer": ("blazer",),
    "coat": ("coat", "outwear"),
    "sneakers": ("sneakers", "shoes"),
    "shoes": ("shoes",),
    "heels": ("high heels", "shoes"),
    "flats": ("ballet flats", "shoes"),
    "boots": ("boots", "shoes"),
    "booties": ("boots", "shoes"),
    "backpack": ("backpack", "bag"),
    "handbag": ("handbag", "bag"),
    "duffel bag": ("bag",),
    "bag": ("bag",),
    "beanie": ("beanie", "hat"),
    "cap": ("cap", "hat"),
    "scarf": ("scarf",),
    "gloves": ("gloves",),
    "socks": ("socks",),
    "belt": ("belt",),
}
# The kinds that a label leaves open.
_ARGUABLE: Mapping[str, tuple[str, ...]] = {
    "jacket": ("denim jacket", "leather jacket", "bomber jacket", "puffer jacket", "raincoat"),
    "shoes": ("sneakers", "boots", "high heels", "ballet flats", "sandals"),
    "blouse": ("shirt", "top"),
    "shirt": ("blouse",),
    "hoodie": ("sweatshirt", "jumper"),
    "sweatshirt": ("jumper", "longsleeve"),
    "suit": ("blazer",),
    "jeans": ("trousers",),
    "long-sleeve t-shirt": ("t-shirt",),
}
_SCENES = {"person": "scene:worn", "flat": "scene:flat"}
_UNLABELLED = ("pattern", "sleeve", "neckline", "cut", "fit", "length", "accent", "shade", "colour")


def read_worn_samples(folder: Path, *, split: str) -> Iterator[tuple[Image.Image, PhotoLabels]]:
    """Yield each photo of a split with its labels; raises PhotosMissing."""
    for row in read_label_rows(folder):
        if row["split"] != split or row["label"] not in KINDS:
            continue
        with Image.open(folder / "images" / row["image"]) as photo:
            yield photo.convert("RGB"), label_worn(row["label"], row["colour"], row["worn"])


def label_worn(label: str, colour: str, worn: str) -> PhotoLabels:
    """Return the labels of a photo of a garment in a colour, on a person, "flat" or "ghost"."""
    true = {f"kind:{kind}" for kind in KINDS[label]}
    unknown = {f"{field}:*" for field in _UNLABELLED}
    unknown |= {f"kind:{kind}" for kind in _ARGUABLE.get(label, ())}
    if worn in _SCENES:
        true.add(_SCENES[worn])
    else:
        unknown.add("scene:*")
    if colour in BASIC_COLOURS:
        true.add(f"colour:{colour}")
        # The photo has other garments with colours of their own.
        unknown.add("colour:*")
    return PhotoLabels(frozenset(true), frozenset(unknown))
