"""Shops to measure matches in: photos with what their catalogue would say about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.indexing.garment_vectors import PhotoVectors
from demo.garments import Garment, describe
from evaluation.encoder.kinds import CLOTHING, LabelKinds, kinds_of_garment
from evaluation.encoder.worn import WornPhoto


@dataclass(frozen=True)
class ShopPhoto:
    """What a shop states about a photo; `colour` is "" where it states none."""

    title: str
    colour: str
    kinds: LabelKinds


@dataclass(frozen=True)
class PhotoShop:
    """A shop: the listings and vectors of its photos."""

    title: str
    photos: Sequence[ShopPhoto]
    vectors: PhotoVectors

    @property
    def kinds(self) -> frozenset[str]:
        """Return every kind that the shop may sell."""
        return frozenset().union(*(photo.kinds.accepted for photo in self.photos))


def list_garment(garment: Garment) -> ShopPhoto:
    """Return what the demo shop states about a garment."""
    return ShopPhoto(describe(garment).name, garment.colour, kinds_of_garment(garment))


def list_clothing(label: str, colour: str) -> ShopPhoto:
    """Return the listing of a clothing photo from its label and the garment's largest colour."""
    kinds = CLOTHING[label]
    return ShopPhoto(f"{colour} {kinds.kind}".strip().capitalize(), colour, kinds)


def list_worn(photo: WornPhoto) -> ShopPhoto:
    """Return a listing with the title of the photo's own shop."""
    colour = photo.colour if photo.colours else ""
    has_words = " " in photo.title  # and not a number or a file's name
    title = photo.title if has_words else f"{colour} {photo.label}".strip().capitalize()
    return ShopPhoto(title, colour, photo.kinds)
