"""Make pairs of shoes."""

from dataclasses import replace

from demo.garments.parts import Button, Panel, Part, Ribs


def pair(parts: list[Part], *, by: tuple[float, float]) -> list[Part]:
    """Return a shoe with the second one behind it."""
    return [*(_moved(part, by) for part in parts), *parts]


def _moved(part: Part, by: tuple[float, float]) -> Part:
    match part:
        case Panel():
            body = None if part.body is None else part.body + by
            folds = tuple(replace(fold, curve=fold.curve + by) for fold in part.folds)
            return replace(part, outline=part.outline + by, body=body, folds=folds)
        case Ribs():
            return replace(part, inner=part.inner + by, outer=part.outer + by)
        case Button():
            return replace(part, x=part.x + by[0], y=part.y + by[1])
        case _:
            return replace(part, curve=part.curve + by)
