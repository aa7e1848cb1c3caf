"""Report of a quality evaluation: tables, a plot and `quality.json`."""

from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from evaluation.plots import BLUE, GREY, ORANGE, draw_bars, make_canvas, to_svg
from evaluation.quality.degradations import SEVERITIES
from evaluation.quality.harness import SSIM_GOAL, TARGET_MEASURES, QualityEvaluation
from evaluation.quality.trials import MIXED
from evaluation.reports import render, write_json
from evaluation.statistics import Figure
from quality.measure.scales import SCALES

WIDTH = 132
MIN_SHARE = 0.9  # where the axis of the rankings begins
MAX_PSNR = 45.0  # dB


def render_tables(evaluation: QualityEvaluation) -> str:
    """Return the rankings, how other measures change, and what enhancement restores."""
    tables = [_rankings(evaluation), _movements(evaluation)]
    if evaluation.restoring:
        tables.append(_restoring(evaluation))
    return render(tables, _remarks(evaluation), width=WIDTH)


def plot_figures(evaluation: QualityEvaluation) -> str:
    """Return an SVG document with the rankings and, if photos were enhanced, their PSNR."""
    canvas = make_canvas(
        panels=2 if evaluation.restoring else 1,
        rows=max(len(evaluation.rankings), len(evaluation.restoring)),
    )
    draw_bars(
        canvas.axes[0],
        {name: {"share": Figure(ranking.share)} for name, ranking in evaluation.rankings.items()},
        title=f"Worse ranked worse, {evaluation.photos} photos",
        colours={"share": BLUE},
        span=(MIN_SHARE, 1.0),
        labels={(n, "share"): f"{ranking.share:.3f}" for n, ranking in evaluation.rankings.items()},
    )
    if evaluation.restoring:
        restored = evaluation.restoring.items()
        draw_bars(
            canvas.axes[1],
            {
                n: {"spoiled": Figure(f.spoiled), "enhanced": Figure(f.enhanced)}
                for n, f in restored
            },
            title=f"PSNR against the original in dB, {evaluation.enhanced} photos",
            colours={"spoiled": GREY, "enhanced": ORANGE},
            span=(0, MAX_PSNR),
            labels={(n, "spoiled"): f"{f.spoiled:.1f}" for n, f in restored}
            | {(n, "enhanced"): f"{f.enhanced:.1f} ({f.gain:+.0%})" for n, f in restored},
        )
    return to_svg(canvas)


def write_figures(evaluation: QualityEvaluation, path: Path) -> None:
    """Write every figure as JSON."""
    write_json(asdict(evaluation), path)


def mean_gain(evaluation: QualityEvaluation) -> float:
    """Return the mean relative gain of PSNR over the single degradations."""
    gains = [figures.gain for name, figures in evaluation.restoring.items() if name != MIXED]
    return sum(gains) / len(gains)


def _rankings(evaluation: QualityEvaluation) -> Table:
    title = f"The worse ranked worse, of neighbouring severities; {evaluation.photos} photos"
    steps = [f"{severity - 1} to {severity}" for severity in SEVERITIES]
    table = Table("degradation", "measure", "share", *steps, "overall score", title=title)
    for name, ranking in evaluation.rankings.items():
        shares = (f"{share:.3f}" for share in (ranking.share, *ranking.by_step, ranking.overall))
        table.add_row(name, ranking.measure, *shares)
    return table


def _movements(evaluation: QualityEvaluation) -> Table:
    title = "Median change of the scores (0 to 1) at severity 3; * the target of the degradation"
    table = Table("measure", *evaluation.movements, title=title)
    for measure in SCALES:
        cells = []
        for name, moved in evaluation.movements.items():
            mark = "*" if TARGET_MEASURES[name][0] == measure else ""
            cells.append(f"{moved[measure]:.2f}{mark}")
        table.add_row(measure, *cells)
    return table


def _restoring(evaluation: QualityEvaluation) -> Table:
    title = f"PSNR against the original, dB; {evaluation.enhanced} photos"
    severities = [f"gain at {severity}" for severity in SEVERITIES]
    table = Table("degradation", "spoiled", "enhanced", "gain", *severities, "harmed", title=title)
    for name, figures in evaluation.restoring.items():
        gains = (f"{gain:+.1%}" for gain in (figures.gain, *figures.by_severity))
        table.add_row(
            name, f"{figures.spoiled:.2f}", f"{figures.enhanced:.2f}", *gains,
            f"{figures.harmed:.1%}",
        )  # fmt: skip
    return table


def _remarks(evaluation: QualityEvaluation) -> list[str]:
    if evaluation.clean is None:
        return []
    clean = evaluation.clean
    return [
        f"Mean gain over the single degradations: {mean_gain(evaluation):+.1%}.",
        f"Clean photos enhanced: SSIM {clean.ssim:.4f} in the mean, {clean.least_ssim:.3f} at "
        f"least, below {SSIM_GOAL} {clean.below:.1%}; unchanged {clean.unchanged:.1%}; "
        f"largest ΔE2000 at equal lightness, light not corrected: {clean.most_colour_change:.1f}.",
    ]
