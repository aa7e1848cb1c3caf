"""Turn a step's scores and what is true into one number to descend.

Scores are float32 (photos, texts) or (photos, tags); truth is bool of the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional

from core.ml.mini.batches import Batch


def score_loss(
    logits: Tensor, named: Tensor, batch: Batch, fields: Sequence[slice], smoothing: float
) -> Tensor:
    """Each text finds its photos; each photo finds its captions, kinds and colours, and tags."""
    loss = multi_positive_loss(logits.T, batch.holds.T, batch.unsure.T, smoothing=smoothing)
    for part in batch.groups:
        loss = loss + multi_positive_loss(
            logits[:, part], batch.holds[:, part], batch.unsure[:, part], smoothing=smoothing
        )
    for part in fields:
        loss = loss + multi_positive_loss(
            named[:, part], batch.true[:, part], batch.unknown[:, part], smoothing=smoothing
        )
    return loss


def multi_positive_loss(
    logits: Tensor, holds: Tensor, unsure: Tensor, *, smoothing: float
) -> Tensor:
    """Cross-entropy along rows against all true columns alike; unsure columns do not take part.

    Rows with nothing true or nothing false say nothing. `smoothing` goes evenly to all columns.
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
