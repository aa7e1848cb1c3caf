"""Smooth outlines: float64 points (n, 2), x to the right and y down, in garment units."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]

STEPS = 14  # straight pieces between two control points


def spline(*controls: Point) -> Points:
    """Return a Catmull-Rom curve through the control points; two points give a straight line."""
    knots = np.array(controls, dtype=np.float64)
    if len(knots) == 2:
        return knots
    padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0, 1, STEPS, endpoint=False)[None, :, None]
    p0, p1, p2, p3 = (padded[k : len(knots) - 1 + k, None] for k in range(4))
    curve: Points = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return np.vstack([curve.reshape(-1, 2), knots[-1:]])


def path(*pieces: Points) -> Points:
    """Join curves into one; the corners between them stay sharp."""
    return np.vstack(pieces)


def polygon(*corners: Point) -> Points:
    """Return straight-edged corners as points."""
    return np.array(corners, dtype=np.float64)


def shifted(points: Points, x: float, y: float) -> Points:
    """Move points to the right by `x` and down by `y`."""
    moved: Points = points + np.array([x, y], dtype=np.float64)
    return moved


def flip(points: Points) -> Points:
    """Mirror left and right."""
    mirror: Points = points * np.array([-1.0, 1.0])
    return mirror


def mirrored(right: Points) -> Points:
    """Return a closed outline from its right half, given from the top of the middle line down."""
    return np.vstack([right, flip(right)[::-1]])


def resample(points: Points, *, count: int) -> Points:
    """Return `count` points evenly spaced along a curve."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, at[-1], count)
    return np.stack([np.interp(wanted, at, points[:, k]) for k in (0, 1)], axis=1)


def length(points: Points) -> float:
    """Return the length of a curve in garment units."""
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())


def offset(points: Points, *, by: float) -> Points:
    """Move a curve sideways: to the left of its direction as seen on screen when `by` > 0."""
    tangents = np.gradient(points, axis=0)
    norms = np.maximum(np.linalg.norm(tangents, axis=1, keepdims=True), 1e-9)
    normals = np.stack([tangents[:, 1], -tangents[:, 0]], axis=1) / norms
    moved: Points = points + by * normals
    return moved


def band(inner: Points, outer: Points) -> Points:
    """Close the ribbon between two curves that run the same way."""
    return np.vstack([inner, outer[::-1]])


def ellipse(*, centre: Point, radii: Point, count: int = 48) -> Points:
    """Return an ellipse as a closed outline."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    outline: Points = ring * np.array(radii) + np.array(centre)
    return outline
