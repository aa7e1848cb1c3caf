"""Cluster a garment's pixels into the colours of its cloths.

Pixels and centres are OKLab, float32 (n, 3). Light scales all three cone responses alike, and
OKLab's axes are their cube roots, so the colours of one cloth in more or less light lie on a ray
from black: (a, b) / L stays. By that, folds join the cloth they are a fold of. Threads of two
colours lie between them in linear light and join both. Nothing is random.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from core.ml.colours import TO_LAB, Floats

CLUSTERS = 8
ROUNDS = 12
BIN = 0.02  # pixels this near are counted together
NEAREST_CENTRES = 0.03

# One cloth in other light: how far (a, b) / L may be off, and from which to which share of the
# lightness; or so near in lightness that nobody would tell them apart.
HUE_REACH, HUE_SHARE = 0.03, 0.3
DARKEST, LIGHTEST = 0.68, 1.28
LIGHTNESS_REACH = 0.09

GLEAM_SHARE = 0.12  # a gleam is small, lighter than its cloth, of its hue and less of it
GLEAM_CHROMA = 0.04

THREAD_REACH = 0.035  # OKLab, from the line between two colours
THREAD_PART = 0.15  # of the line, at both ends, that is one of the colours itself
THREAD_WEIGHT = 0.15  # both colours weigh at least this share of what lies between them

_FROM_LAB = np.linalg.inv(TO_LAB.astype(np.float64)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Cluster:
    """Pixels of one colour: their centre (3,), how many they count for, and themselves (n, 3)."""

    centre: Floats
    weight: float
    pixels: Floats


def cluster_colours(pixels: Floats) -> list[Cluster]:
    """Return the clusters of at least one pixel, the largest first."""
    return _join_threads(_join_shades(_k_means(pixels), total=len(pixels)))


def _k_means(pixels: Floats) -> list[Cluster]:
    """Cluster by k-means on a histogram, from its fullest bin and those full and far from it."""
    bins, row, counts = np.unique(
        np.round(pixels / BIN).astype(np.int32), axis=0, return_inverse=True, return_counts=True
    )
    row = row.ravel()
    means = _means(pixels, row, np.ones(len(pixels)), len(bins))
    centres = means[[counts.argmax()]]
    while len(centres) < CLUSTERS:
        gaps = _distances(means, centres).min(axis=1)
        if gaps.max() < NEAREST_CENTRES:
            break
        centres = np.vstack([centres, means[(gaps * np.sqrt(counts)).argmax()]])
    for _ in range(ROUNDS):
        owner = _distances(means, centres).argmin(axis=1)
        centres = centres[np.unique(owner)]
        owner = _distances(means, centres).argmin(axis=1)
        centres = _means(means, owner, counts, len(centres))
    owned = _distances(means, centres).argmin(axis=1)[row]
    clusters = [Cluster(centre, float((owned == k).sum()), pixels[owned == k])
                for k, centre in enumerate(centres)]  # fmt: skip
    return _largest_first([cluster for cluster in clusters if cluster.weight])


def _join_shades(clusters: Sequence[Cluster], *, total: int) -> list[Cluster]:
    """Join what is a larger cluster's cloth in shadow or gleam."""
    kept: list[Cluster] = []
    for one in clusters:
        cloths = (k for k, cloth in enumerate(kept) if _is_shade(one, cloth, total))
        at = next(cloths, None)
        if at is None:
            kept.append(one)
            continue
        pixels = np.vstack([kept[at].pixels, one.pixels])
        kept[at] = replace(kept[at], weight=kept[at].weight + one.weight, pixels=pixels)
    return _largest_first(kept)


def _is_shade(one: Cluster, cloth: Cluster, total: int) -> bool:
    light, other = max(float(one.centre[0]), 0.05), max(float(cloth.centre[0]), 0.05)
    ray, cloth_ray = one.centre[1:] / light, cloth.centre[1:] / other
    reach = HUE_REACH + HUE_SHARE * float(np.linalg.norm(cloth_ray))
    is_lit_alike = DARKEST < light / other < LIGHTEST or abs(light - other) < LIGHTNESS_REACH
    if is_lit_alike and float(np.linalg.norm(ray - cloth_ray)) < reach:
        return True
    return one.weight < GLEAM_SHARE * total and light > other and _is_paler(one, cloth)


def _is_paler(one: Cluster, cloth: Cluster) -> bool:
    """Say whether a colour has the hue of a chromatic one, and between half and all its chroma."""
    hue, cloth_hue = one.centre[1:], cloth.centre[1:]
    chroma, cloth_chroma = float(np.linalg.norm(hue)), float(np.linalg.norm(cloth_hue))
    is_same_hue = float(hue @ cloth_hue) > 0.8 * chroma * cloth_chroma
    return (
        cloth_chroma > GLEAM_CHROMA and 0.4 * cloth_chroma < chroma <= cloth_chroma and is_same_hue
    )


def _join_threads(clusters: Sequence[Cluster]) -> list[Cluster]:
    """Give what lies between two colours to both, by how near it is to each; the smallest first."""
    kept = list(clusters)
    for one in reversed(clusters):
        # What was joined before has another weight by now.
        thread = next(k for k, cluster in enumerate(kept) if cluster.pixels is one.pixels)
        between = _between(thread, kept)
        if between is None:
            continue
        first, second, part = between
        weight = kept[thread].weight
        for at, share in ((first, 1 - part), (second, part)):
            kept[at] = replace(kept[at], weight=kept[at].weight + weight * share)
        del kept[thread]
    return _largest_first(kept)


def _between(thread: int, clusters: Sequence[Cluster]) -> tuple[int, int, float] | None:
    """Return the two clusters that one lies best between, and how far from first to second."""
    one, found, nearest = clusters[thread], None, THREAD_REACH
    others = [k for k, cluster in enumerate(clusters)
              if k != thread and cluster.weight >= THREAD_WEIGHT * one.weight]  # fmt: skip
    light = _to_cones(one.centre)
    for first, second in combinations(others, 2):
        start, end = _to_cones(clusters[first].centre), _to_cones(clusters[second].centre)
        way = end - start
        part = float((light - start) @ way / max(float(way @ way), 1e-9))
        if not THREAD_PART < part < 1 - THREAD_PART:
            continue
        mixed = np.cbrt(np.maximum(start + part * way, 0)) @ TO_LAB.T
        gap = float(np.linalg.norm(mixed - one.centre))
        if gap < nearest:
            found, nearest = (first, second, part), gap
    return found


def _to_cones(lab: Floats) -> Floats:
    """Return the linear cone responses of OKLab colours."""
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
