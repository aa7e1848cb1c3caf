"""The vocabulary holds the words of every use, and none of them changes unnoticed."""

import hashlib

import pytest

from catalog.vocabulary.kinds import KINDS, SLOT_PHRASES, SLOTS
from catalog.vocabulary.words import (
    COLOURS,
    FORMALITY,
    FORMALITY_LEVELS,
    MATERIALS,
    PATTERNS,
    SEASONS,
    STYLE_FORMALITY,
    STYLES,
    Use,
    Word,
    parse_words,
    plain,
    texts_for,
)
from core.ml.colours import RETAIL_COLOURS

TABLES = (COLOURS, PATTERNS, STYLES, SEASONS, FORMALITY, MATERIALS)
EVERY_ENTRY = [
    *((kind.name, kind.words) for kind in KINDS.values()),
    *(entry for table in TABLES for entry in table.items()),
]


def digest(use: Use) -> str:
    lines = "\n".join(f"{name}: {', '.join(texts_for(use, words))}" for name, words in EVERY_ENTRY)
    return hashlib.sha256(lines.encode()).hexdigest()[:12]


# Prompts change what tagging answers, chat words what the stylist understands. After a change of
# words for captions `mini` is trained again; the demo's words are queries of a benchmark.
@pytest.mark.parametrize(
    ("use", "expected"),
    [
        (Use.PROMPT, "30eb8cf48fc2"),
        (Use.CHAT, "7dcf894bfb00"),
        (Use.CAPTION, "6f16b2ee742c"),
        (Use.DEMO, "9253d7687e6a"),
    ],
    ids=lambda value: value.name if isinstance(value, Use) else "",
)
def test_the_words_of_a_use_change_only_on_purpose(use, expected):
    assert digest(use) == expected


def test_an_entry_lists_words_with_their_uses():
    words = parse_words("short-sleeve tee, vest (caption demo), hoody (not demo) | tank")

    assert words == (
        Word("short-sleeve tee"),
        Word("vest", Use.CAPTION | Use.DEMO),
        Word("hoody", Use.PROMPT | Use.CHAT | Use.CAPTION),
        Word("tank", Use.CHAT),
    )
    assert texts_for(Use.CAPTION, words) == ("short sleeve tee", "vest", "hoody")
    assert plain("Women's  A-line Top") == "womens a line top"


def test_an_entry_with_an_unknown_use_is_refused():
    with pytest.raises(KeyError):
        parse_words("vest (captoin)")


def test_every_kind_has_a_slot_and_is_named_by_its_first_prompt():
    assert {kind.slot for kind in KINDS.values()} == set(SLOTS)
    assert set(SLOT_PHRASES.values()) < set(SLOTS)
    assert all(kind.prompts[0] == plain(kind.name) for kind in KINDS.values())


def test_no_prompt_and_no_phrase_means_two_kinds():
    prompts = [text for kind in KINDS.values() for text in set(kind.prompts)]
    phrases = [text for kind in KINDS.values() for text in set(kind.phrases)]
    assert len(set(prompts)) == len(prompts)
    assert len(set(phrases)) == len(phrases)


def test_tables_name_what_other_tables_have():
    assert list(COLOURS) == [colour.name for colour in RETAIL_COLOURS]
    assert set(STYLE_FORMALITY) <= set(STYLES)
    assert set(FORMALITY) == set(FORMALITY_LEVELS)
    assert not [name for name, words in EVERY_ENTRY if not words]
