"""Explain the place of a result in a sentence."""

from recommendations.ranking.rank import SUM_SHARE, Candidate, PlacedBy, Ranked

# Factors below this value are not worth a mention.
MIN_EXPLAINED_FACTOR = 0.02 * SUM_SHARE


def explain(ranked: Ranked) -> str:
    """Return a sentence with the reasons for an image's score, the strongest first."""
    if ranked.placed_by is PlacedBy.RULE:
        return f"Pinned by the rule {_name_rule(ranked, 'pin')}."
    reasons = [
        (abs(value), _describe_factor(name, value, ranked))
        for name, value in ranked.factors.items()
        if name != "match" and abs(value) >= MIN_EXPLAINED_FACTOR
    ]
    texts = [text for _, text in sorted(reasons, reverse=True)] or ["is among the nearest images"]
    if ranked.placed_by is PlacedBy.DISCOVERY:
        texts = ["is here to discover, whatever its score", *texts]
    sentence = "; ".join(texts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _describe_factor(name: str, value: float, ranked: Ranked) -> str:
    if name == "relevance":
        return _describe_relevance(ranked.candidate)
    if name == "taste":
        return "suits the shopper's taste" if value > 0 else "does not suit the shopper's taste"
    if name == "popularity":
        return "is popular"
    if value > 0:
        return f"is boosted by the rule {_name_rule(ranked, 'boost')}"
    return f"is buried by the rule {_name_rule(ranked, 'bury')}"


def _describe_relevance(candidate: Candidate) -> str:
    if candidate.similarity is None:
        return "contains words of the query"
    if candidate.relevance > 0.9:
        return f"is among the nearest to the query (similarity {candidate.similarity:.2f})"
    return f"resembles the query (similarity {candidate.similarity:.2f})"


def _name_rule(ranked: Ranked, action: str) -> str:
    names = [name for name, taken in ranked.candidate.effect.reasons if taken == action]
    return f"“{names[0]}”" if names else "of the shop"
