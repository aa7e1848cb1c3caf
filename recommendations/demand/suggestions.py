"""Suggest synonyms: words that matched nothing, and those that the same people tried next."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.languages.lexicon import tokenise
from recommendations.demand.searches import Search, split_sessions
from recommendations.models import Synonym, SynonymSuggestion
from recommendations.steering.synonyms import find_fault, make_phrase_key, split_phrase

MIN_ASKERS = 2
MAX_SUGGESTIONS = 100
WINDOW = timedelta(minutes=5)
# More different words are another wish, and no other words for the same.
MAX_CHANGED_WORDS = 3


@dataclass(frozen=True, slots=True)
class SuggestedSynonym:
    """A phrase without a match, the words that led to a click, and how many people wrote both."""

    phrase: str
    meaning: str
    shoppers: int


def list_suggestions() -> list[SynonymSuggestion]:
    """Return the stored suggestions that are no synonyms yet; needs the shop's scope."""
    known = {
        pair
        for one, other in Synonym.objects.values_list("phrase_key", "meaning_key")
        for pair in ((one, other), (other, one))
    }
    rows = SynonymSuggestion.objects.order_by("-shoppers", "id")
    return [row for row in rows if (row.phrase_key, row.meaning_key) not in known]


def suggest(searches: list[Search]) -> list[SuggestedSynonym]:
    """Return what several people replaced by other words with success, the most frequent first."""
    askers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    texts: dict[tuple[str, str], tuple[str, str]] = {}
    for session in split_sessions(searches):
        for failed, clicked in _find_retries(session):
            if change := _compare(failed.text, clicked.text):
                keys = make_phrase_key(change[0]), make_phrase_key(change[1])
                askers[keys].add(failed.asker)
                texts.setdefault(keys, change)
    suggested = [
        SuggestedSynonym(*texts[keys], len(who))
        for keys, who in askers.items()
        if len(who) >= MIN_ASKERS
    ]
    suggested.sort(key=lambda one: (-one.shoppers, one.phrase, one.meaning))
    return suggested[:MAX_SUGGESTIONS]


def _find_retries(session: Sequence[Search]) -> Iterator[tuple[Search, Search]]:
    """Yield each search without a match, and the first one with a click soon after it."""
    for place, failed in enumerate(session):
        if failed.has_match or not failed.is_public:
            continue
        for later in session[place + 1 :]:
            if later.asked_at - failed.asked_at > WINDOW:
                break
            if later.clicked:
                if later.is_public:
                    yield failed, later
                break


def _compare(failed: str, clicked: str) -> tuple[str, str] | None:
    """Return the words of two prompts that differ, as a synonym has them; None for others."""
    before, after = _split(failed), _split(clicked)
    shared = before.keys() & after.keys()
    phrase = " ".join(text for key, text in before.items() if key not in shared)
    meaning = " ".join(text for key, text in after.items() if key not in shared)
    is_short = max(len(before), len(after)) - len(shared) <= MAX_CHANGED_WORDS
    if not is_short or find_fault(phrase=phrase, meaning=meaning):
        return None
    return phrase, meaning


def _split(text: str) -> dict[str, str]:
    """Return the words of a prompt by their keys, without those that only join others."""
    return {
        " ".join(split_phrase(token.text)): token.text
        for token in tokenise(text)
        if token.folded not in FUNCTION_WORDS
    }
