"""Encode photos as an index stores them: each whole photo, and each garment in it."""

from collections.abc import Iterable, Sequence

import numpy as np
from PIL import Image

from catalog.indexing.garment_vectors import PhotoVectors, join_vectors
from core.ml.encoder import Embeddings, Encoder
from evaluation.encoder.figures import BATCH
from quality.measure.frame import PhotoUnmeasurable, make_frame
from stylist.tagging.detection.detector import find_garments
from stylist.tagging.labels import Labels, make_labels
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY


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
