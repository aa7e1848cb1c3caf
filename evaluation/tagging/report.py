"""Report of a tagging evaluation: tables."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from evaluation.reports import render
from evaluation.tagging.detection import DetectionFigures
from evaluation.tagging.garments import GarmentFigures
from evaluation.tagging.metrics import TagFigures
from evaluation.tagging.photos import PhotoFigures
from stylist.tagging.labels import Labels

WIDTH = 100


def render_photos(figures: PhotoFigures, labels: Labels, *, title: str) -> str:
    """Return accuracy and calibration of type and slot, by label, and the confusions."""
    own = labels.calibration.type_temperature
    lines = [
        f"Taken for another: {_pairs(figures.confusions)}.",
        "Garments in a photo: "
        + ", ".join(f"{name} {count}" for name, count in sorted(figures.sightings.items())) + ".",
        "Sure, without labels to compare with: "
        + ", ".join(f"{name} {share:.2f}" for name, share in figures.sure.items()) + ".",
        f"Type's temperature {own:.3f}; these photos fit {own * figures.temperature:.3f} best.",
    ]  # fmt: skip
    if figures.unmeasurable:
        lines.append(f"{figures.unmeasurable} photos show nothing to measure and are left out.")
    tables = [
        _summary({"type": figures.type, "slot": figures.slot}, title),
        _shares(figures.by_label, "label"),
    ]
    return render(tables, lines, width=WIDTH)


def render_garments(figures: GarmentFigures, labels: Labels, *, title: str) -> str:
    """Return accuracy and calibration by tag, by pattern, and the colours that were confused."""
    own = labels.calibration.pattern_temperature
    lines = [
        f"Colours taken for others: {_pairs(figures.wrong_colours)}.",
        f"Exact shade: {figures.shade:.3f}; the second colour of a pattern: {figures.second:.3f}.",
        f"Pattern's temperature {own:.3f}; these garments fit "
        f"{own * figures.pattern_temperature:.3f} best.",
    ]
    tables = [_summary(figures.figures, title), _shares(figures.by_pattern, "pattern")]
    return render(tables, lines, width=WIDTH)


def render_detection(figures: DetectionFigures, *, title: str) -> str:
    """Return which garments of worn photos were found, and how many flat photos show one."""
    table = Table("figure", "share", "of", title=title)
    rows = [
        ("garments found", figures.recall, figures.garments),
        ("of those found, right", figures.precision, figures.guesses),
        ("flat photos with one", figures.single / max(1, figures.flat), figures.flat),
    ]
    if figures.kinds_right is not None:
        share = figures.kinds_right / max(1, figures.garments)
        rows.insert(1, ("found with a right kind", share, figures.garments))
    for name, share, count in rows:
        table.add_row(name, f"{share:.3f}", str(count))
    return render([table], [f"{figures.photos} photos of worn garments."], width=WIDTH)


def _summary(figures: Mapping[str, TagFigures], title: str) -> Table:
    table = Table("tag", "right", "ECE", "sure", "right of those sure", title=title)
    for name, one in figures.items():
        precise = "" if one.sure_right is None else f"{one.sure_right:.3f}"
        table.add_row(name, f"{one.right:.3f}", f"{one.ece:.3f}", f"{one.sure:.3f}", precise)
    return table


def _shares(counts: Mapping[str, tuple[int, int]], name: str) -> Table:
    table = Table(name, "right", "of")
    for value, (count, hits) in counts.items():
        table.add_row(value, f"{hits / count:.3f}", str(count))
    return table


def _pairs(pairs: Sequence[tuple[str, str, int]]) -> str:
    return ", ".join(f"{true} for {guess} ({count})" for true, guess, count in pairs) or "none"
