"""Choose garments for a shop: every kind, colour and pattern evenly, the same for a seed."""

from collections.abc import Iterator, Sequence

import numpy as np

from catalog.garments.model import KINDS, Garment, Kind
from core.ml.colours import BASIC_COLOURS

# What goes well with a colour as a second one.
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
_TRIMMED = 0.22  # share of plain garments with a second colour at their edges


def sample_garments(*, count: int, seed: int) -> list[Garment]:
    """Return `count` garments; with a larger count, the same ones come first."""
    rng = np.random.default_rng(seed)
    kinds = _deck(tuple(KINDS), rng)
    traits = {name: _Traits(kind, rng) for name, kind in KINDS.items()}
    return [traits[next(kinds)].deal(rng) for _ in range(count)]


def _deck(cards: Sequence[str], rng: np.random.Generator) -> Iterator[str]:
    """Deal all the cards in random order, again and again."""
    while True:
        for k in rng.permutation(len(cards)):
            yield cards[k]


class _Traits:
    """The decks of one kind's features, so that each comes as often as the next."""

    def __init__(self, kind: Kind, rng: np.random.Generator) -> None:
        self.kind = kind
        self.colours = _deck(kind.colours or BASIC_COLOURS, rng)
        fancy = [pattern for pattern in kind.patterns if pattern != "plain"]
        # Half of what a shop sells is plain.
        self.patterns = _deck(["plain"] * max(1, len(fancy)) + fancy, rng)
        self.variants = {
            name: _deck(cards, rng)
            for name, cards in (
                ("sleeve", kind.sleeves), ("neckline", kind.necklines), ("cut", kind.cuts),
                ("fit", kind.fits), ("length", kind.lengths),
            )
            if cards
        }  # fmt: skip

    def deal(self, rng: np.random.Generator) -> Garment:
        colour, pattern = next(self.colours), next(self.patterns)
        has_accent = pattern not in ("plain", "leopard") or rng.random() < _TRIMMED
        accent = str(rng.choice(_ACCENTS[colour])) if has_accent else None
        variants = {name: next(cards) for name, cards in self.variants.items()}
        return Garment(
            kind=self.kind.name, colour=colour, pattern=pattern, accent=accent,
            seed=int(rng.integers(2**31)), **variants,
        )  # fmt: skip
