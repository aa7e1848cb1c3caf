"""The buying list: what shoppers asked for and the shop does not sell, grouped by meaning.

Prompts are of one group if they name the same things in any order, number, language of the lexicons
and colour, at any price and in any size, or if they differ by a letter. Prompts that name kinds of
garments that contradict each other are never of one group.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from catalog.vocabulary.kinship import contradict, find_kinds
from catalog.vocabulary.languages.concepts import FUNCTION_WORDS
from catalog.vocabulary.words import COLOURS, Use, texts_for
from core.text import has_digit
from recommendations.analytics.reports import Period, PromptActivity, read_prompts
from recommendations.query.interpretation import interpret
from recommendations.steering.synonyms import split_phrase

MAX_READ_PROMPTS = 500  # interpreting them takes about half a second
MAX_SHOWN_PROMPTS = 20
MIN_LETTERS_OF_VARIANT = 6

_COLOURS = {
    word: name
    for name, words in COLOURS.items()
    for text in texts_for(Use.CHAT, words)
    for word in split_phrase(text)
    if len(split_phrase(text)) == 1
}


@dataclass(slots=True, eq=False)
class Want:
    """Something that shoppers want and the shop does not sell.

    `prompt`: the most frequent one of `prompts`, which are the most frequent ones first. `kinds`
    and `colours` are those that prompts name, the most frequent first. `lost`: searches that ended
    without a click.
    """

    prompt: str
    kinds: tuple[str, ...] = ()
    colours: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    no_match: int = 0
    lost: int = 0
    prompts: list[str] = field(default_factory=list)

    def add(self, activity: PromptActivity, colours: Iterable[str]) -> None:
        self.asked += activity.asked
        self.no_match += activity.no_match
        self.lost += max(activity.asked - activity.clicked, 0)
        self.colours.update(dict.fromkeys(colours, activity.asked))
        if len(self.prompts) < MAX_SHOWN_PROMPTS:
            self.prompts.append(activity.prompt)


def read_buying_list(period: Period, *, encoder: str, limit: int) -> list[Want]:
    """Return what the most frequent prompts without a match want, the most frequent first.

    Makes one query; needs the shop's scope.
    """
    prompts = read_prompts(period, order="no_match", limit=MAX_READ_PROMPTS)
    wants = group_prompts(prompts, encoder=encoder)
    return sorted(wants, key=lambda want: (-want.no_match, -want.lost, want.prompt))[:limit]


def group_prompts(prompts: Iterable[PromptActivity], *, encoder: str) -> list[Want]:
    """Return prompts, the most frequent first, by what they want."""
    wants: list[Want] = []
    by_form: defaultdict[str, list[Want]] = defaultdict(list)
    for activity in prompts:
        found = interpret(activity.prompt, encoder=encoder)
        meaning = found.understanding.searched_for if found.wanted else ""
        words = [word for word in split_phrase(meaning) if word not in FUNCTION_WORDS]
        colours = [_COLOURS[word] for word in words if word in _COLOURS]
        things = [word for word in words if word not in _COLOURS and not _is_number(word)]
        if not things and not colours:
            continue  # photos or products without words, or a number
        forms = list(_list_forms(things or words))
        kinds = find_kinds(meaning)
        same = (want for form in forms for want in by_form.get(form, ()))
        want = next((one for one in same if not contradict(kinds, one.kinds)), None)
        if want is None:
            want = Want(activity.prompt, tuple(sorted(kinds)))
            wants.append(want)
        want.add(activity, colours)
        for form in forms:
            if want not in by_form[form]:
                by_form[form].append(want)
    return wants


def _is_number(word: str) -> bool:
    return has_digit(word)


def _list_forms(words: list[str]) -> Iterator[str]:
    """Yield what spelling variants share: the words in any order, joined, and without a letter."""
    yield " ".join(sorted(set(words)))
    joined = "".join(words)
    yield joined
    if len(joined) >= MIN_LETTERS_OF_VARIANT:
        yield from (f"{joined[:place]}{joined[place + 1 :]}" for place in range(len(joined)))
