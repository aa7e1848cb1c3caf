"""Cluster a garment's pixels into the colours of its cloths.

Pixels and centres are OKLab, float32 (n, 3). Light scales all three cone responses equally, and
OKLab's axes are their cube roots, so the colours of one cloth in more or less light lie on a ray
from black with constant (a, b) / L. Clusters on one ray are joined: folds and their cloth. Mixed
threads lie between two colours in linear light; their pixels are divided between the two. Nothing
is random.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from core.ml.colours import TO_LAB, Floats

MAX_CLUSTERS = 8
ROUNDS = 12
BIN = 0.02  # OKLab; pixels of one bin are counted together
MIN_CENTRE_DISTANCE = 0.03

# The same cloth in other light: the largest difference of (a, b) / L, and the range of the
# lightness ratio; or a small difference in lightness.
MAX_RAY_DISTANCE, MAX_RAY_SHARE = 0.03, 0.3
MIN_LIGHTNESS_RATIO, MAX_LIGHTNESS_RATIO = 0.68, 1.28
MAX_LIGHTNESS_GAP = 0.09

MAX_GLEAM_SHARE = 0.12  # a gleam is small, lighter than its cloth, of its hue and paler
MIN_GLEAM_CHROMA = 0.04

MAX_THREAD_DISTANCE = 0.035  # OKLab, from the line between two colours
MIN_THREAD_PART = 0.15  # of the line; nearer to an end is the colour itself
MIN_THREAD_WEIGHT = 0.15  # of both colours, as a share of the mixture's weight

_FROM_LAB = np.linalg.inv(TO_LAB.astype(np.float64)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Cluster:
    """Pixels of one colour: their centre (3,), weight, and values (n, 3)."""

    centre: Floats
    weight: float
    pixels: Floats


def cluster_colours(pixels: Floats) -> list[Cluster]:
    """Return the clusters of at least one pixel, the largest first."""
    return _join_threads(_join_shades(_k_means(pixels), total=len(pixels)))


def _k_means(pixels: Floats) -> list[Cluster]:
    """Cluster by k-means on a histogram, starting with full bins that are far apart."""
    bins, row, counts = np.unique(
        np.round(pixels / BIN).astype(np.int32), axis=0, return_inverse=True, return_counts=True
    )
    row = row.ravel()
    means = _means(pixels, row, np.ones(len(pixels)), len(bins))
    centres = means[[counts.argmax()]]
    while len(centres) < MAX_CLUSTERS:
        gaps = _distances(means, centres).min(axis=1)
        if gaps.max() < MIN_CENTRE_DISTANCE:
            break
        centres = np.vstack([centres, means[(gaps * np.sqrt(counts)).argmax()]])
    for _ in range(ROUNDS):
        owner = _distances(means, centres).argmin(axis=1)
        centres = centres[np.unique(owner)]
        owner = _distances(means, centres).argmin(axis=1)
        centres = _means(means, owner, counts, len(centres))
    owned = _distances(means, centres).argmin(axis=1)[row]
    clusters = [
        Cluster(centre, float((owned == k).sum()), pixels[owned == k])
        for k, centre in enumerate(centres)
    ]
    return _largest_first([cluster for cluster in clusters if cluster.weight])


def _join_shades(clusters: Sequence[Cluster], *, total: int) -> list[Cluster]:
    joined: list[Cluster] = []
    for one in clusters:
        at = next((k for k, cloth in enumerate(joined) if _is_shade(one, cloth, total)), None)
        if at is None:
            joined.append(one)
            continue
        pixels = np.vstack([joined[at].pixels, one.pixels])
        joined[at] = replace(joined[at], weight=joined[at].weight + one.weight, pixels=pixels)
    return _largest_first(joined)


def _is_shade(one: Cluster, cloth: Cluster, total: int) -> bool:
    light, other = max(float(one.centre[0]), 0.05), max(float(cloth.centre[0]), 0.05)
    ray, cloth_ray = one.centre[1:] / light, cloth.centre[1:] / other
    reach = MAX_RAY_DISTANCE + MAX_RAY_SHARE * float(np.linalg.norm(cloth_ray))
    has_similar_light = (
        MIN_LIGHTNESS_RATIO < light / other < MAX_LIGHTNESS_RATIO
        or abs(light - other) < MAX_LIGHTNESS_GAP
    )
    if has_similar_light and float(np.linalg.norm(ray - cloth_ray)) < reach:
        return True
    return one.weight < MAX_GLEAM_SHARE * total and light > other and _is_paler(one, cloth)


def _is_paler(one: Cluster, cloth: Cluster) -> bool:
    """Return whether a colour has a chromatic cloth's hue, with 0.4 to 1 of its chroma."""
    hue, cloth_hue = one.centre[1:], cloth.centre[1:]
    chroma, cloth_chroma = float(np.linalg.norm(hue)), float(np.linalg.norm(cloth_hue))
    is_same_hue = float(hue @ cloth_hue) > 0.8 * chroma * cloth_chroma
    return (
        cloth_chroma > MIN_GLEAM_CHROMA
        and 0.4 * cloth_chroma < chroma <= cloth_chroma
        and is_same_hue
    )


def _join_threads(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Divide mixtures between their two colours by their distances, the smallest first."""
    left = list(clusters)
    for one in reversed(clusters):
        # Weights may have changed, so clusters are compared by their pixels.
        thread = next(k for k, cluster in enumerate(left) if cluster.pixels is one.pixels)
        between = _find_mixture(thread, left)
        if between is None:
            continue
        first, second, part = between
        weight = left[thread].weight
        for at, share in ((first, 1 - part), (second, part)):
            left[at] = replace(left[at], weight=left[at].weight + weight * share)
        del left[thread]
    return _largest_first(left)


def _find_mixture(thread: int, clusters: Sequence[Cluster]) -> tuple[int, int, float] | None:
    """Return the two clusters whose mixture it is, and the part of the second; else None."""
    one, found, nearest = clusters[thread], None, MAX_THREAD_DISTANCE
    min_weight = MIN_THREAD_WEIGHT * one.weight
    others = [k for k, c in enumerate(clusters) if k != thread and c.weight >= min_weight]
    light = _to_cones(one.centre)
    for first, second in combinations(others, 2):
        start, end = _to_cones(clusters[first].centre), _to_cones(clusters[second].centre)
        way = end - start
        part = float((light - start) @ way / max(float(way @ way), 1e-9))
        if not MIN_THREAD_PART < part < 1 - MIN_THREAD_PART:
            continue
        mixed = np.cbrt(np.maximum(start + part * way, 0)) @ TO_LAB.T
        gap = float(np.linalg.norm(mixed - one.centre))
        if gap < nearest:
            found, nearest = (first, second, part), gap
    return found


def _to_cones(lab: Floats) -> Floats:
    cones: Floats = (lab @ _FROM_LAB.T) ** 3
    return cones


def _means(points: Floats, row: np.ndarray, weights: np.ndarray, count: int) -> Floats:
    sums = [np.bincount(row, weights * points[:, axis], minlength=count) for axis in range(3)]
    total = np.bincount(row, weights, minlength=count)
    return np.asarray(np.stack(sums, axis=1) / total[:, None], dtype=np.float32)


def _distances(points: Floats, centres: Floats) -> Floats:
    return np.asarray(np.linalg.norm(points[:, None] - centres, axis=-1))


def _largest_first(clusters: list[Cluster]) -> list[Cluster]:
    return sorted(clusters, key=lambda cluster: -cluster.weight)
