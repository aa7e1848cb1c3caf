"""Features of catalogue images: rows of a `Pool`, packed one by one and read together.

Each tagged image stores its row as float32: slot, pattern, two colours, styles, seasons, formality
with its confidence. The kind is stored separately, because a shop can add kinds.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from catalog.vocabulary.words import PATTERNS, SEASONS, STYLES
from stylist.garments.garment import Garment
from stylist.garments.pool import Pool, object_array

STYLE_NAMES = tuple(STYLES)
PATTERN_NAMES = np.array([*PATTERNS], np.str_)
# slot, pattern, primary and secondary colour, styles, seasons, formality and its confidence
PARTS = (1, 1, 6, len(STYLE_NAMES), len(SEASONS), 2)


def pack_features(garment: Garment) -> bytes:
    """Return a garment's row, float32 (sum(PARTS),)."""
    pool = Pool.of([garment], style_names=STYLE_NAMES)
    row = np.concatenate(
        [
            pool.slots.astype(np.float32),
            np.flatnonzero(garment.pattern == PATTERN_NAMES)[:1].astype(np.float32),
            pool.colours.reshape(-1),
            pool.styles.reshape(-1),
            pool.seasons.reshape(-1),
            pool.formality.reshape(-1),
        ]
    )
    return row.astype(np.float32).tobytes()


def unpack_features(rows: list[bytes], ids: Sequence[UUID], kinds: Sequence[str]) -> Pool:
    """Return the pool of packed rows."""
    table = np.frombuffer(b"".join(rows), np.float32).reshape(len(rows), sum(PARTS))
    parts = np.split(table, np.cumsum(PARTS)[:-1], axis=1)
    slots, patterns, colours, styles, seasons, formality = parts
    return Pool(
        style_names=STYLE_NAMES,
        ids=object_array(ids),
        slots=slots[:, 0].astype(np.int8),
        kinds=np.array(kinds, np.str_),
        patterns=PATTERN_NAMES[patterns[:, 0].astype(np.intp)],
        colours=colours.reshape(-1, 2, 3),
        styles=styles,
        seasons=seasons,
        formality=formality,
    )
