"""The vectors of photos as an index stores them: of each whole photo, and of each garment in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder.figures import BATCH
from quality.measure.frame import PhotoUnmeasurable, make_frame
from stylist.tagging.detection.detector import find_garments
from stylist.tagging.labels import Labels, make_labels
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY


@dataclass(frozen=True)
class PhotoVectors:
    """Vectors `rows` (m, d) of n photos; each photo's begin at `starts` (n,), the whole photo's
    first.
    """

    rows: Embeddings
    starts: NDArray[np.intp]

    @property
    def whole(self) -> Embeddings:
        """Return (n, d), the vectors of the whole photos."""
        return self.rows[self.starts]

    def of(self, photos: Sequence[int]) -> "PhotoVectors":
        """Return the vectors of some of the photos."""
        parts = np.split(self.rows, self.starts[1:])
        chosen = [parts[photo] for photo in photos]
        return join_vectors(np.stack([part[0] for part in chosen]), [part[1:] for part in chosen])

    def score(self, queries: Embeddings) -> Embeddings:
        """Return (q, n): the best similarity of any vector of a photo, as a search scores it."""
        return np.maximum.reduceat(queries @ self.rows.T, self.starts, axis=1)


def join_vectors(whole: Embeddings, garments: Sequence[Embeddings] = ()) -> PhotoVectors:
    """Return the vectors of whole photos (n, d), with those of each photo's garments (k, d)."""
    if not garments:
        return PhotoVectors(whole, np.arange(len(whole)))
    parts = [np.vstack([photo[None], found]) for photo, found in zip(whole, garments, strict=True)]
    lengths = [len(part) for part in parts]
    return PhotoVectors(np.concatenate(parts), np.cumsum([0, *lengths[:-1]]))


def encode_photos(encoder: Encoder, photos: Iterable[Image.Image]) -> PhotoVectors:
    """Return the vectors of photos, which may be a generator, and of their garments."""
    labels = make_labels(DEFAULT_TAXONOMY, encoder)
    whole: list[Embeddings] = []
    garments: list[Embeddings] = []
    for photo in photos:
        whole.append(encoder.encode_images([photo])[0])
        garments.append(encode_garments(encoder, photo, labels))
    return join_vectors(np.stack(whole), garments)


def encode_garments(encoder: Encoder, photo: Image.Image, labels: Labels) -> Embeddings:
    """Return the vectors (k, d) of the garments that tagging finds in a photo; maybe none."""

    def encode(photos: Sequence[Image.Image]) -> Embeddings:
        parts = [photos[start : start + BATCH] for start in range(0, len(photos), BATCH)]
        return np.concatenate([encoder.encode_images(part) for part in parts])

    try:
        found = find_garments(make_frame(np.asarray(photo)), encode, labels)
    except PhotoUnmeasurable:
        return np.empty((0, encoder.dimensions), np.float32)
    return np.stack([garment.embedding for garment in found])
