"""Losses and optimisation steps.

Scores are float32 (photos, texts) or (photos, tags); truth is bool of the same shape.
"""

import torch
from torch import Tensor
from torch.nn import functional


def multi_positive_loss(
    logits: Tensor, holds: Tensor, unsure: Tensor, *, smoothing: float
) -> Tensor:
    """Return the cross-entropy along rows with all true columns as targets, without unsure ones.

    Rows without true or without false columns are ignored. `smoothing` is spread over all columns.
    """
    useful = holds.any(dim=1) & (~holds & ~unsure).any(dim=1)
    if not useful.any():
        return logits.sum() * 0
    logits, holds, unsure = logits[useful], holds[useful], unsure[useful]
    log_shares = functional.log_softmax(logits.masked_fill(unsure, -1e4), dim=1)
    wanted = holds.float() / holds.sum(dim=1, keepdim=True)
    allowed = (~unsure).float() / (~unsure).sum(dim=1, keepdim=True)
    wanted = wanted * (1 - smoothing) + allowed * smoothing
    return -(wanted * log_shares).sum(dim=1).mean()


def descend(optimizer: torch.optim.Optimizer, loss: Tensor, *, learning_rate: float) -> None:
    """Take one optimisation step; the gradient is clipped to unit length."""
    weights = [weight for group in optimizer.param_groups for weight in group["params"]]
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(weights, 1.0)
    optimizer.step()


def make_optimizer(modules: list[torch.nn.Module], *, weight_decay: float) -> torch.optim.Optimizer:
    """Return an optimizer with weight decay for matrices, but not for biases and norms."""
    weights = [w for module in modules for w in module.parameters() if w.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [w for w in weights if w.ndim >= 2], "weight_decay": weight_decay},
            {"params": [w for w in weights if w.ndim < 2], "weight_decay": 0.0},
        ]
    )


@torch.no_grad()
def average(averaged: torch.nn.Module, model: torch.nn.Module, *, keep: float) -> None:
    """Update the exponential averages of weights and batch statistics."""
    state = model.state_dict()
    for name, mean in averaged.state_dict().items():
        if mean.is_floating_point():
            mean.lerp_(state[name], 1 - keep)
        else:
            mean.copy_(state[name])
