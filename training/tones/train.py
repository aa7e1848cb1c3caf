"""Train the network of `quality.enhance.tones` to restore degraded photos.

The loss is the logarithm of the remaining error: a needless change of a good photo costs more than
a partial correction of a bad one gains, so the network learns to change nothing when it is
uncertain. Imports torch, so only `manage.py fit_tones` imports this module. The same photos and
seed give the same network up to rounding.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

from core.ml.colours import TO_CONES, TO_LAB
from quality.enhance.steps import MAX_CHROMA_RATIO
from quality.enhance.tones import CHROMA_LOSS_RANGE, LEVELS, Network
from quality.measure.colour_spaces import FROM_CONES, FROM_LAB
from quality.measure.light import LUMINANCE
from training.tones.samples import SEED, spoil_photo

Batch: TypeAlias = tuple[torch.Tensor, ...]  # features, levels, spoiled and clean pixels

HIDDEN = 192
EPOCHS = 80
BATCH = 256
MAX_LEARNING_RATE = 3e-3
MIN_ERROR = 6e-5  # mean square, 42 dB: smaller errors are invisible


def fit(paths: Sequence[Path], executor: Executor) -> Network:
    """Return the network, trained on these photos."""
    samples = [s for several in executor.map(spoil_photo, paths, chunksize=16) for s in several]
    features, levels, spoiled, clean = (
        torch.from_numpy(np.stack([getattr(sample, name) for sample in samples]))
        for name in ("features", "levels", "spoiled", "clean")
    )
    torch.manual_seed(SEED)
    mean, deviation = features.mean(dim=0), features.std(dim=0) + 1e-3
    model = _make_model(features.shape[1], 2 + len(LEVELS) + 1)
    _train(model, ((features - mean) / deviation, levels, spoiled, clean))
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    return Network(
        mean.numpy(),
        deviation.numpy(),
        tuple(layer.weight.detach().numpy().T.copy() for layer in linear),
        tuple(layer.bias.detach().numpy() for layer in linear),
    )


def save_network(network: Network, path: Path) -> None:
    """Write a network at half precision, which is a third of a percent of a step."""
    arrays = {f"weight{k}": weight for k, weight in enumerate(network.weights)}
    arrays |= {f"bias{k}": bias for k, bias in enumerate(network.biases)}
    arrays |= {"mean": network.mean, "deviation": network.deviation}
    halves: dict[str, Any] = {name: a.astype(np.float16) for name, a in arrays.items()}
    np.savez_compressed(path, **halves)


def _make_model(inputs: int, outputs: int) -> torch.nn.Sequential:
    last = torch.nn.Linear(HIDDEN, outputs)
    with torch.no_grad():  # starts with almost no change
        last.weight.mul_(0.1)
        last.bias.zero_()
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.1),
        torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.1),
        last,
    )  # fmt: skip


def _train(model: torch.nn.Module, data: Batch) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), lr=MAX_LEARNING_RATE, weight_decay=0.02)
    steps = EPOCHS * (len(data[0]) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, MAX_LEARNING_RATE, total_steps=steps)
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(data[0])), BATCH):
            features, levels, spoiled, clean = (column[rows] for column in data)
            loss = _log_error(_correct(model(features), levels, spoiled / 255), clean / 255)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()


def _log_error(found: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    errors = (found - clean).square().mean(dim=(1, 2))
    return torch.log10(errors + MIN_ERROR).mean()


def _correct(answers: torch.Tensor, levels: torch.Tensor, rgb: torch.Tensor) -> torch.Tensor:
    """Apply gains, curve and saturation to (n, pixels, 3), like `quality.enhance.steps`."""
    gains = torch.exp2(torch.stack([answers[:, 0], 0 * answers[:, 0], answers[:, 1]], dim=1))
    gains = gains / (gains @ torch.from_numpy(LUMINANCE))[:, None]
    linear = (_linearise(rgb) * gains[:, None]).clamp(0, 1)
    lab = (linear @ torch.from_numpy(TO_CONES).T).clamp_min(1e-7) ** (1 / 3)
    lab = lab @ torch.from_numpy(TO_LAB).T
    lightness = lab[..., 0]
    lifted = _lift(lightness, levels, answers[:, 2:-1])
    ratio = (lifted / lightness.clamp_min(1e-3)).clamp_max(float(MAX_CHROMA_RATIO))
    chroma = ratio * torch.exp(answers[:, -1].clamp(*CHROMA_LOSS_RANGE))[:, None]
    lab = torch.cat([lifted[..., None], lab[..., 1:] * chroma[..., None]], dim=-1)
    cones = lab @ torch.from_numpy(FROM_LAB).T
    return _encode((cones**3 @ torch.from_numpy(FROM_CONES).T).clamp(0, 1))


def _lift(lightness: torch.Tensor, levels: torch.Tensor, rises: torch.Tensor) -> torch.Tensor:
    """Map lightness (n, pixels) by the polyline through 0, the raised levels, and 1."""
    zero, one = torch.zeros(len(levels), 1), torch.ones(len(levels), 1)
    at = torch.cat([zero, levels.clamp_max(0.9999), one], dim=1)
    become = torch.cummax((levels + rises).clamp(0, 1), dim=1).values
    become = torch.cat([zero, become, one], dim=1)
    after = torch.searchsorted(at, lightness.detach().contiguous()).clamp(1, at.shape[1] - 1)
    low, high = at.gather(1, after - 1), at.gather(1, after)
    start, end = become.gather(1, after - 1), become.gather(1, after)
    share = ((lightness - low) / (high - low).clamp_min(1e-6)).clamp(0, 1)
    return start + (end - start) * share


def _linearise(rgb: torch.Tensor) -> torch.Tensor:
    high = ((rgb + 0.055) / 1.055).clamp_min(1e-6) ** 2.4
    return torch.where(rgb <= 0.04045, rgb / 12.92, high)


def _encode(linear: torch.Tensor) -> torch.Tensor:
    high = 1.055 * linear.clamp_min(0.0031308) ** (1 / 2.4) - 0.055
    return torch.where(linear <= 0.0031308, 12.92 * linear, high)
