"""Estimate how likely a shopper looks at each position of an answer, from the shop's own clicks.

The position-based model says that clicks are looks times attraction (Craswell et al., WSDM 2008).
With Poisson clicks, the likelihood is maximised by two ratios in turn: the attraction of each
image, given the looks, and the looks of each position, given the attractions. The same image at
several positions tells the two apart, without an experiment (Agarwal et al., WSDM 2019, "Estimating
position bias without intrusive interventions").

A Gamma prior pulls each position towards the discount of DCG (Järvelin and Kekäläinen, ACM TOIS
20(4), 2002), so a shop without clicks has exactly this default.
"""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from core.tenancy import scoped_shop_id

Floats = NDArray[np.float64]

MAX_POSITION = 50
# Only the newest answers are read.
MAX_ANSWERS = 20_000
ITERATIONS = 20
# How many expected clicks the default of a position is worth, and looks an average attraction.
PRIOR_CLICKS, PRIOR_LOOKS = 30.0, 5.0
# Inverse propensities are bounded, as a few clicks far below would otherwise outweigh all others
# (Joachims et al., WSDM 2017, "Unbiased learning-to-rank with biased feedback").
MIN_PROPENSITY = 0.1
DEFAULT: Floats = np.log(2) / np.log(1 + np.arange(1, MAX_POSITION + 1))


def read_propensities() -> Floats:
    """Estimate the propensity of each position, (`MAX_POSITION`,), in the scope of one shop."""
    with connection.cursor() as cursor:
        limits = {"answers": MAX_ANSWERS, "positions": MAX_POSITION}
        cursor.execute(_CLICKS, {"shop": scoped_shop_id(), **limits})
        rows = cursor.fetchall()
    numbers: dict[UUID, int] = {}
    images = [numbers.setdefault(row[0], len(numbers)) for row in rows]
    positions, shown, clicks = ([row[place] for row in rows] for place in (1, 2, 3))
    return estimate_propensities(images, positions, shown, clicks)


def estimate_propensities(
    images: Sequence[int], positions: Sequence[int], shown: Sequence[int], clicks: Sequence[int]
) -> Floats:
    """Return the propensity of each position, (`MAX_POSITION`,), 1 for the first.

    Each row counts how often an image, by number, was at a position, from 1, and was clicked there.
    """
    if not images:
        return DEFAULT.copy()
    image, place = np.asarray(images), np.asarray(positions) - 1
    seen, clicked = np.asarray(shown, np.float64), np.asarray(clicks, np.float64)
    looks = DEFAULT.copy()
    average = clicked.sum() / (seen * looks[place]).sum()
    for _ in range(ITERATIONS):
        attraction = (np.bincount(image, clicked) + PRIOR_LOOKS * average) / (
            np.bincount(image, seen * looks[place]) + PRIOR_LOOKS
        )
        expected = np.bincount(place, seen * attraction[image], MAX_POSITION)
        counted = np.bincount(place, clicked, MAX_POSITION)
        looks = (counted + PRIOR_CLICKS * DEFAULT) / (expected + PRIOR_CLICKS)
    estimated: Floats = (looks / looks[0]).clip(MIN_PROPENSITY, 1.0)
    return estimated


# Further pages of a search repeat its positions, and are left out. An image without a click says
# nothing about positions.
_CLICKS = """
    WITH answers AS MATERIALIZED (
        SELECT id, results FROM recommendations_prompt
        WHERE shop_id = %(shop)s AND (feed IS NULL OR source = 'feed')
        ORDER BY id DESC LIMIT %(answers)s
    ), clicked AS MATERIALIZED (
        SELECT DISTINCT prompt_id, image_id FROM recommendations_event
        WHERE shop_id = %(shop)s AND kind = 'click'
            AND prompt_id IN (SELECT id FROM answers)
    ), shown AS (
        SELECT answers.id AS prompt_id, (found.result ->> 'id')::uuid AS image_id, found.position
        FROM answers
        CROSS JOIN LATERAL jsonb_array_elements(results) WITH ORDINALITY AS found(result, position)
        WHERE found.position <= %(positions)s
    )
    SELECT shown.image_id, shown.position, count(*), count(clicked.prompt_id)
    FROM shown LEFT JOIN clicked USING (prompt_id, image_id)
    WHERE shown.image_id IN (SELECT image_id FROM clicked)
    GROUP BY 1, 2
"""
