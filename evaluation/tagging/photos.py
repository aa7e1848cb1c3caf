"""Evaluate tags of labelled photos: a type must belong to the photo's label.

The clothing photos have 17 labels, which are wider than the types of the taxonomy: a photo labelled
"Pants" may show jeans.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.vocabulary.kinds import KINDS, GarmentKind
from core.ml.encoder import Encoder
from evaluation.tagging.metrics import TagFigures, best_temperature, judge, measure
from quality.measure.frame import PhotoUnmeasurable
from stylist.tagging.detection.detector import tag
from stylist.tagging.labels import Labels
from stylist.tagging.tagger import Tags
from training.labelled_photos import LabelledPhoto

# The label of a type, where its slot does not determine it.
_OF_TYPE = {
    "t-shirt": "T-Shirt", "tank top": "Undershirt", "shirt": "Shirt", "blouse": "Blouse",
    "polo shirt": "Polo", "hoodie": "Hoodie", "bodysuit": "Body", "long-sleeve top": "Longsleeve",
    "sweater": "Longsleeve", "turtleneck": "Longsleeve", "sweatshirt": "Longsleeve",
    "shorts": "Shorts", "denim shorts": "Shorts", "skirt": "Skirt", "mini skirt": "Skirt",
    "pencil skirt": "Skirt", "pleated skirt": "Skirt", "blazer": "Blazer", "hat": "Hat",
    "cap": "Hat", "beanie": "Hat", "bucket hat": "Hat",
}  # fmt: skip
_OF_SLOT = {
    "top": "Top", "bottom": "Pants", "one_piece": "Dress", "outer": "Outwear", "shoes": "Shoes",
}  # fmt: skip
NO_LABEL = "no label"  # such as bags, which no photo shows


@dataclass(frozen=True)
class PhotoFigures:
    """The figures of labelled photos.

    `by_label` has the number of photos with each label, and how many of them were right.
    `confusions` are pairs of true label and guess, the most frequent first. `sightings` counts
    photos with no, one or several garments. `temperature` is the factor for the types' temperature
    that fits these photos best.
    """

    type: TagFigures
    slot: TagFigures
    by_label: Mapping[str, tuple[int, int]]
    confusions: Sequence[tuple[str, str, int]]
    sightings: Mapping[str, int]
    sure: Mapping[str, float]
    temperature: float
    unmeasurable: int


def label_of(kind: GarmentKind) -> str:
    """Return the label that photos of a type have."""
    return _OF_TYPE.get(kind.name) or _OF_SLOT.get(kind.slot, NO_LABEL)


_SLOT_OF = {label_of(kind): kind.slot for kind in KINDS.values()}


def evaluate_photos(
    photos: Sequence[LabelledPhoto], encoder: Encoder, labels: Labels
) -> PhotoFigures:
    """Tag each photo and compare its type and slot with its label."""
    tagged: list[tuple[str, Tags]] = []
    for photo in photos:
        try:
            tagged.append((photo.label, tag(np.asarray(photo.open()), encoder, labels)))
        except PhotoUnmeasurable:
            continue
    label_by_type = {kind.name: label_of(kind) for kind in labels.types}
    guesses = [(label, label_by_type[tags.type.value]) for label, tags in tagged]
    types_of = defaultdict(set)
    for name, label in label_by_type.items():
        types_of[label].add(name)
    wrong = Counter((label, guess) for label, guess in guesses if label != guess)
    return PhotoFigures(
        type=measure([
            judge(tags.type, is_right=label == guess)
            for (label, guess), (_, tags) in zip(guesses, tagged, strict=True)
        ]),
        slot=measure([judge(t.slot, is_right=t.slot.value == _SLOT_OF[label])
                      for label, t in tagged]),
        by_label=_by_label(guesses),
        confusions=[(label, guess, count) for (label, guess), count in wrong.most_common(8)],
        sightings=Counter(tags.sighting.value for _, tags in tagged),
        sure=_sure([tags for _, tags in tagged]),
        temperature=best_temperature(
            (tags.type.distribution, frozenset(types_of[label])) for label, tags in tagged
        ),
        unmeasurable=len(photos) - len(tagged),
    )  # fmt: skip


def _by_label(guesses: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    counts = Counter(label for label, _ in guesses)
    hits = Counter(label for label, guess in guesses if label == guess)
    return {label: (count, hits[label]) for label, count in counts.most_common()}


def _sure(tagged: Sequence[Tags]) -> dict[str, float]:
    """Return how often each other tag is sure; there are no labels to check them with."""
    flags = {
        "colour": [tags.primary_colour.is_sure for tags in tagged],
        "pattern": [tags.pattern.is_sure for tags in tagged],
        "style": [tags.style.is_sure for tags in tagged],
        "season": [tags.season.is_sure for tags in tagged],
        "formality": [tags.formality.is_sure for tags in tagged],
    }
    return {name: float(np.mean(values)) for name, values in flags.items()}
