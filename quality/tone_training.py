"""Teach the network of `quality.tones` what photos looked like before they were spoiled.

Imports torch, so only `manage.py fit_tones` imports this. The same photos and seed give the same
network up to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
import torch

from quality.colour import Floats, encode_srgb, linearise, srgb_to_oklab
from quality.frame import frame_of_pixels, to_bytes, to_float
from quality.samples import read_pixels
from quality.subject import find_subject
from quality.tones import Network, describe, gains_of, lightness_levels, thumbnail

Pair: TypeAlias = tuple[Floats, Floats]  # features, and the answer wanted

SEED = 7
VERSIONS = 8  # spoiled ones of each photo
ON_PLAIN_GROUND = 0.4  # their share, where the garment can be cut out
UNSPOILED = 0.3  # their share
HIDDEN = 96
EPOCHS = 40
BATCH = 512


def fit(paths: Sequence[Path], executor: Executor) -> Network:
    """Return the network that learned from these photos."""
    pairs = [
        pair for several in executor.map(_spoil_photo, paths, chunksize=16) for pair in several
    ]
    features = torch.from_numpy(np.stack([features for features, _ in pairs]))
    answers = torch.from_numpy(np.stack([answer for _, answer in pairs]))
    torch.manual_seed(SEED)
    mean, deviation = features.mean(dim=0), features.std(dim=0) + 1e-3
    layers = (features.shape[1], HIDDEN, HIDDEN, answers.shape[1])
    model = torch.nn.Sequential(
        torch.nn.Linear(layers[0], layers[1]), torch.nn.ReLU(),
        torch.nn.Linear(layers[1], layers[2]), torch.nn.ReLU(),
        torch.nn.Linear(layers[2], layers[3]),
    )  # fmt: skip
    _train(model, (features - mean) / deviation, answers)
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    return Network(
        mean.numpy(),
        deviation.numpy(),
        tuple(layer.weight.detach().numpy().T.copy() for layer in linear),
        tuple(layer.bias.detach().numpy() for layer in linear),
    )


def _train(model: torch.nn.Module, inputs: torch.Tensor, answers: torch.Tensor) -> None:
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    steps = EPOCHS * (len(inputs) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    for _ in range(EPOCHS):
        for rows in torch.split(torch.randperm(len(inputs)), BATCH):
            # Absolute error: what cannot be known from a histogram shall not blur the rest.
            loss = torch.nn.functional.smooth_l1_loss(model(inputs[rows]), answers[rows], beta=0.05)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()


def _spoil_photo(path: Path) -> list[Pair]:
    """Return a photo's spoiled versions as features and answers."""
    cv2.setNumThreads(1)
    frame = frame_of_pixels(read_pixels(path))
    rng = np.random.default_rng([SEED, int.from_bytes(path.stem.encode()[-8:])])
    subject = find_subject(frame)
    mask = thumbnail(subject.mask.astype(np.float32)) if subject.is_confident else None
    clean = thumbnail(frame.normal)
    return [_pair(_before_ground(clean, mask, rng), rng) for _ in range(VERSIONS)]


def _before_ground(clean: Floats, mask: Floats | None, rng: np.random.Generator) -> Floats:
    """Return the photo, or its garment before white or a plain light ground."""
    if mask is None or rng.random() > ON_PLAIN_GROUND:
        return clean
    ground = np.float32(1.0 if rng.random() < 0.6 else rng.uniform(0.75, 1))
    return np.asarray(clean * mask[..., None] + ground * (1 - mask[..., None]))


def _pair(clean: Floats, rng: np.random.Generator) -> Pair:
    """Spoil a thumbnail, and return what it looks like then with what undoes it."""
    exposed = _tone(clean, rng)
    stops = _draw_cast(rng)
    spoiled = to_float(to_bytes(encode_srgb(linearise(exposed) * gains_of(stops))))
    # The lightness is put right after the light's colour is.
    balanced = encode_srgb(linearise(spoiled) * gains_of(-stops))
    before, after = lightness_levels(clean), lightness_levels(balanced)
    answer = np.concatenate([-stops, before - after, [_lost_chroma(clean, balanced)]])
    return describe(spoiled), answer.astype(np.float32)


def _tone(clean: Floats, rng: np.random.Generator) -> Floats:
    """Change exposure and contrast, one or both or neither."""
    kind = rng.random()
    rgb = clean
    if kind < UNSPOILED:
        return rgb
    if kind < 0.75:
        stops = rng.uniform(-2.7, 2.1)
        rgb = encode_srgb(linearise(rgb) * np.float32(2.0**stops))
    if kind > 0.65:
        middle = rgb.mean()
        rgb = np.clip(middle + (rgb - middle) * np.float32(rng.uniform(0.28, 1)), 0, 1)
    return rgb.astype(np.float32)


def _draw_cast(rng: np.random.Generator) -> Floats:
    """Return the stops of red and blue against green; none in two thirds of the cases."""
    if rng.random() < 0.65:
        return np.zeros(2, np.float32)
    return rng.uniform(-0.8, 0.8, 2).astype(np.float32)


def _lost_chroma(clean: Floats, spoiled: Floats) -> float:
    """Return the log of the chroma to be given back beyond what lightness takes along."""
    was, now = srgb_to_oklab(clean), srgb_to_oklab(spoiled)
    ratio = np.maximum(was[..., 0], 0.02) / np.maximum(now[..., 0], 0.02)
    chroma_was = float(np.hypot(was[..., 1], was[..., 2]).mean())
    chroma_now = float((np.hypot(now[..., 1], now[..., 2]) * ratio).mean())
    return float(np.log((chroma_was + 2e-3) / (chroma_now + 2e-3)))
