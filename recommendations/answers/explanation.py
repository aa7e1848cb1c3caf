"""Say in one sentence why an image is in an answer."""

from recommendations.ranking.rank import Ranked

NOTABLE = 0.02


def explain(ranked: Ranked) -> str:
    """Return the reasons that weigh most, the heaviest first."""
    if ranked.candidate.effect.pin is not None:
        return f"Pinned by the rule {_rule(ranked, 'pin')}."
    said = [
        text
        for _, text in sorted(
            ((abs(value), _reason(name, value, ranked)) for name, value in ranked.factors.items()),
            reverse=True,
        )
        if text
    ]
    sentence = "; ".join(said) or "comes among the nearest"
    return f"{sentence[0].upper()}{sentence[1:]}."


def _reason(name: str, value: float, ranked: Ranked) -> str:
    if abs(value) < NOTABLE:
        return ""
    if name == "relevance":
        return _relevance(ranked)
    if name == "taste":
        return "suits the shopper's taste" if value > 0 else "is less to the shopper's taste"
    if name == "popularity":
        return "is popular"
    if value > 0:
        return f"is boosted by the rule {_rule(ranked, 'boost')}"
    return f"is buried by the rule {_rule(ranked, 'bury')}"


def _relevance(ranked: Ranked) -> str:
    similarity = ranked.candidate.similarity
    if similarity is None:
        return "holds the words that were asked for"
    if ranked.candidate.relevance > 0.9:
        return f"is among the nearest to what was asked (similarity {similarity:.2f})"
    return f"is like what was asked (similarity {similarity:.2f})"


def _rule(ranked: Ranked, action: str) -> str:
    names = [name for name, what in ranked.candidate.effect.reasons if what == action]
    return f"“{names[0]}”" if names else "of the shop"
