"""The limits within which two photos are near-duplicates."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bits in which the hashes may differ, and the least cosine of the embeddings."""

    max_distance: int
    min_similarity: float

    def accept(self, distance: int, similarity: float) -> bool:
        """Return whether two photos are near-duplicates."""
        return distance <= self.max_distance and similarity >= self.min_similarity


# Measured with `evaluate_duplicates` and `mini`; docs/evaluation.md has the figures.
LIMITS = Limits(max_distance=16, min_similarity=0.9775)
