"""What a message says it does not want."""

import re
from collections.abc import Sequence

from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.tokens import is_stop

REACH = 6  # words that a "no" can reach over
_ENDING = frozenset({"but", "instead", "just", "rather", "please", "show", "with", "then", "only"})
# Said with a "no", these ask for something or mean nothing by it.
_HARMLESS = re.compile(
    r"\b(?:no (?:idea|problem|worries|matter|thanks)|not sure|don't know|do not know|"
    r"nothing to wear|why not|not only|not formal enough|not so expensive|no more than|"
    r"not more than)\b"
)


def find_negated_places(tokens: Sequence[str]) -> frozenset[int]:
    """Return the places of the words that a negation reaches.

    It reaches to the next stop, or a word that turns: "not a dress but a skirt".
    """
    spans = [*_spans(tokens, cues.ANYTHING_BUT), *_spans(tokens, cues.NOT)]
    harmless = {place for span in _spans(tokens, _HARMLESS) for place in span}
    places: set[int] = set()
    for span in spans:
        if harmless.intersection(span):
            continue
        for place in range(span.stop, min(span.stop + REACH, len(tokens))):
            if is_stop(tokens[place]) or tokens[place] in _ENDING:
                break
            places.add(place)
    return frozenset(places)


def find_replaced_places(tokens: Sequence[str]) -> frozenset[int]:
    """Return the places of the words after "instead of" and its like, up to a stop or "with"."""
    places: set[int] = set()
    for span in _spans(tokens, cues.INSTEAD):
        for place in range(span.stop, min(span.stop + REACH, len(tokens))):
            if is_stop(tokens[place]) or tokens[place] in {
                "with",
                "for",
                "by",
                "to",
                "show",
                "and",
            }:
                break
            places.add(place)
    return frozenset(places)


def _spans(tokens: Sequence[str], pattern: re.Pattern[str]) -> list[range]:
    joined = " ".join(tokens)
    spans = []
    for found in pattern.finditer(joined):
        start = joined[: found.start()].count(" ")
        spans.append(range(start, start + found[0].count(" ") + 1))
    return spans
