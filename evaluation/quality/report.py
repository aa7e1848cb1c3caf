"""What was measured: tables for people, `quality.json` for programs."""

import io
import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from evaluation.quality.degradations import SEVERITIES
from evaluation.quality.harness import GOAL_SSIM, OWN, Evaluation
from evaluation.quality.trials import MIXED
from quality.measure.scales import SCALES

WIDTH = 132


def render_tables(evaluation: Evaluation) -> str:
    """Return the rankings, how the other measures move, and what enhancement gives back."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None)
    console.print(_rankings(evaluation))
    console.print(_movements(evaluation))
    if evaluation.restoring:
        console.print(_restoring(evaluation))
    for remark in _remarks(evaluation):
        console.print(remark, markup=False, highlight=False, soft_wrap=True)
    return out.getvalue()


def write_figures(evaluation: Evaluation, path: Path) -> None:
    """Write every figure as JSON."""
    path.write_text(json.dumps(asdict(evaluation), indent=2) + "\n", "utf-8")


def mean_gain(evaluation: Evaluation) -> float:
    """Return the mean gain of PSNR over the single degradations, as a share."""
    gains = [figures.gain for name, figures in evaluation.restoring.items() if name != MIXED]
    return sum(gains) / len(gains)


def _rankings(evaluation: Evaluation) -> Table:
    title = f"The worse ranked worse, of neighbouring severities; {evaluation.photos} photos"
    steps = [f"{severity - 1} to {severity}" for severity in SEVERITIES]
    table = Table("degradation", "measure", "share", *steps, "overall score", title=title)
    for name, ranking in evaluation.rankings.items():
        shares = (f"{share:.3f}" for share in (ranking.share, *ranking.by_step, ranking.overall))
        table.add_row(name, ranking.measure, *shares)
    return table


def _movements(evaluation: Evaluation) -> Table:
    title = "How far the scores (0 to 1) move at severity 3, median; * the degradation's own"
    table = Table("measure", *evaluation.movements, title=title)
    for measure in SCALES:
        cells = []
        for name, moved in evaluation.movements.items():
            mark = "*" if OWN[name][0] == measure else ""
            cells.append(f"{moved[measure]:.2f}{mark}")
        table.add_row(measure, *cells)
    return table


def _restoring(evaluation: Evaluation) -> Table:
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


def _remarks(evaluation: Evaluation) -> list[str]:
    if evaluation.clean is None:
        return []
    clean = evaluation.clean
    return [
        f"Mean gain over the single degradations: {mean_gain(evaluation):+.1%}.",
        f"Clean photos enhanced: SSIM {clean.ssim:.4f} in the mean, {clean.least_ssim:.3f} at "
        f"least, below {GOAL_SSIM} {clean.below:.1%}; unchanged {clean.unchanged:.1%}; "
        f"largest ΔE2000 at equal lightness, light not corrected: {clean.most_colour_change:.1f}.",
    ]
