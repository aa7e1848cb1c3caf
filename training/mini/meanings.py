"""What texts mean, beside how the things look that they name.

In the space of photos a leather sofa is near leather clothes. So the last `MEANINGS` numbers of a
text's vector are the main directions of MiniLM's vectors (principal components); photos have zeros
there. They tell clothes from other things. Each text has the same share of its norm there, so that
its cosines with photos become smaller by the same factor, and the order of photos stays.

Vectors of the space are float32 (n, `DIMENSIONS`), those of MiniLM (n, 384); both have norm 1.
"""

import torch
from torch import Tensor
from torch.nn import functional

from training.mini.architecture import LOOKS, MEANINGS

MEANT = 0.5  # of the norm; the cosines with photos are multiplied by sqrt(1 - MEANT^2) = 0.87


class MeaningAxes:
    """The main directions of MiniLM's vectors of many texts."""

    def __init__(self, texts: Tensor) -> None:
        self._mean = texts.mean(dim=0)
        _, _, directions = torch.linalg.svd(texts - self._mean, full_matrices=False)
        self._directions = directions[:MEANINGS]

    def place(self, texts: Tensor) -> Tensor:
        """Return the meanings of texts as unit vectors (n, `MEANINGS`)."""
        return functional.normalize((texts - self._mean) @ self._directions.T, dim=-1)


def looks_of(vectors: Tensor) -> Tensor:
    """Return the part that photos share, with norm 1, (…, `LOOKS`)."""
    return functional.normalize(vectors[..., :LOOKS], dim=-1)


def combine(looks: Tensor, meanings: Tensor) -> Tensor:
    """Return vectors of the space from unit vectors of both parts."""
    return torch.cat([looks * (1 - MEANT**2) ** 0.5, meanings * MEANT], dim=-1)
