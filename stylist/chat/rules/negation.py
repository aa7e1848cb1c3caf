"""The words of a message that it negates or replaces."""

import re
from collections.abc import Collection, Sequence

from stylist.chat.rules.lexicon import cues
from stylist.chat.rules.tokens import is_stop

MAX_REACH = 6  # words after a "no" that it can negate
_NEGATION_ENDS = frozenset(
    {"but", "instead", "just", "rather", "please", "show", "with", "then", "only"}
)
_REPLACEMENT_ENDS = frozenset({"with", "for", "by", "to", "show", "and"})
# Phrases with a "no" that exclude nothing.
_HARMLESS = re.compile(
    r"\b(?:no (?:idea|problem|worries|matter|thanks)|not sure|don't know|do not know|"
    r"nothing to wear|why not|not only|not formal enough|not so expensive|no more than|"
    r"not more than)\b"
)


def find_negated_places(tokens: Sequence[str]) -> frozenset[int]:
    """Return the places of negated words.

    A negation ends at a stop, or at a word that turns: "not a dress but a skirt".
    """
    spans = [*_find_spans(tokens, cues.ANYTHING_BUT), *_find_spans(tokens, cues.NOT)]
    harmless = {place for span in _find_spans(tokens, _HARMLESS) for place in span}
    spans = [span for span in spans if not harmless.intersection(span)]
    return _reach(tokens, spans, _NEGATION_ENDS)


def find_replaced_places(tokens: Sequence[str]) -> frozenset[int]:
    """Return the places of the words after "instead of" and the like."""
    return _reach(tokens, _find_spans(tokens, cues.INSTEAD), _REPLACEMENT_ENDS)


def _reach(tokens: Sequence[str], spans: Sequence[range], ends: Collection[str]) -> frozenset[int]:
    """Return the places after each span up to a stop or an ending word."""
    places: set[int] = set()
    for span in spans:
        for place in range(span.stop, min(span.stop + MAX_REACH, len(tokens))):
            if is_stop(tokens[place]) or tokens[place] in ends:
                break
            places.add(place)
    return frozenset(places)


def _find_spans(tokens: Sequence[str], pattern: re.Pattern[str]) -> list[range]:
    joined = " ".join(tokens)
    spans = []
    for found in pattern.finditer(joined):
        start = joined[: found.start()].count(" ")
        spans.append(range(start, start + found[0].count(" ") + 1))
    return spans
