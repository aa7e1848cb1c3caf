"""Sample garments for a shop: all kinds, colours and patterns, popular ones more often."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from core.ml.colours import BASIC_COLOURS
from demo.garments.model import KINDS, Garment, Kind

# Second colours that go well with a colour.
_ACCENTS = {
    "black": ("white", "red", "beige"),
    "white": ("navy", "black", "red"),
    "grey": ("white", "navy", "orange"),
    "navy": ("white", "red", "beige"),
    "blue": ("white", "navy", "yellow"),
    "teal": ("white", "beige", "navy"),
    "green": ("white", "beige", "yellow"),
    "yellow": ("white", "navy", "grey"),
    "orange": ("white", "navy", "brown"),
    "red": ("white", "navy", "black"),
    "pink": ("white", "red", "grey"),
    "purple": ("white", "pink", "yellow"),
    "brown": ("beige", "white", "orange"),
    "beige": ("white", "brown", "navy"),
}
_POPULAR_COLOURS = ("black", "white", "navy", "blue", "red")

# Kinds and cuts whose plain garments can have edges in a second colour, and the share that does.
_TRIMMED = frozenset({
    "t-shirt", "long-sleeve top", "tank top", "bodysuit", "polo shirt", "hoodie", "jumper",
    "cardigan", "sneakers", "hat", "bag", "scarf", "bomber", "joggers", "sport", "chelsea", "ankle",
})  # fmt: skip
_TRIMMED_SHARE = 0.3

# The values of a feature that a cut allows; the first replaces all others.
_ALLOWED: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("top", "camisole"): {"sleeve": ("sleeveless",), "neckline": ("scoop neck", "v-neck")},
    ("dress", "slip"): {"sleeve": ("sleeveless",), "neckline": ("scoop neck", "v-neck")},
    ("dress", "wrap"): {"neckline": ("v-neck",)},
    ("blouse", "wrap"): {"neckline": ("v-neck",)},
    ("coat", "parka"): {"neckline": ("hooded",)},
    ("jacket", "denim"): {"neckline": ("classic collar",)},
    ("skirt", "pencil"): {"length": ("midi", "mini")},
    ("jumper", "cable"): {"pattern": ("plain",)},
}


def sample_garments(*, count: int, seed: int) -> list[Garment]:
    """Return `count` garments, the same for the same seed; a larger count begins alike.

    Features are dealt like cards from a shuffled deck, so all are equally frequent: 300 garments
    have every kind, and the garments of a kind have different colours as far as possible.
    """
    rng = np.random.default_rng(seed)
    kinds = _deck([name for name, kind in KINDS.items() for _ in range(kind.popularity)], rng)
    traits = {name: _Traits(kind, rng) for name, kind in KINDS.items()}
    return [traits[next(kinds)].deal(rng) for _ in range(count)]


def _deck(cards: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Yield all cards in random order, repeatedly."""
    while True:
        for k in rng.permutation(len(cards)):
            yield cards[k]


class _Traits:
    """The decks of one kind's features, which make all values equally frequent."""

    def __init__(self, kind: Kind, rng: np.random.Generator) -> None:
        fancy = [pattern for pattern in kind.patterns if pattern != "plain"]
        features = {
            "colour": kind.colours or BASIC_COLOURS + _POPULAR_COLOURS,
            # Half of the garments are plain.
            "pattern": ["plain"] * max(1, len(fancy)) + fancy,
            "sleeve": kind.sleeves, "neckline": kind.necklines, "cut": tuple(kind.cuts),
            "fit": kind.fits, "length": kind.lengths,
        }  # fmt: skip
        self.kind = kind
        self.decks = {name: _deck(cards, rng) for name, cards in features.items() if cards}

    def deal(self, rng: np.random.Generator) -> Garment:
        """Return the next garment of this kind."""
        features = {name: next(cards) for name, cards in self.decks.items()}
        for name, allowed in _ALLOWED.get((self.kind.name, features.get("cut", "")), {}).items():
            if features[name] not in allowed:
                features[name] = allowed[0]
        garment = Garment(kind=self.kind.name, seed=int(rng.integers(2**31)), **features)
        accent, chance = str(rng.choice(_ACCENTS[garment.colour])), rng.random()
        if garment.pattern == "plain":
            can_have = garment.kind in _TRIMMED or garment.cut in _TRIMMED
            has_accent = can_have and chance < _TRIMMED_SHARE
        else:
            has_accent = garment.pattern != "leopard"
        return replace(garment, accent=accent) if has_accent else garment
