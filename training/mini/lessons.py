"""Texts that no photo teaches, each with the place that it should have in the space of photos.

- The names of ImageNet's classes have the vectors of the classes.
- Kinds, materials, occasions and styles are placed by the tags and kinds that they stand for.
- All other words and nouns, and pairs of them such as "leather sofa", are placed where the texts
  with a known place lie that MiniLM finds most similar (kernel regression: Nadaraya 1964). So every
  English word has a place, that of a bicycle far from clothes.

A place has no meaning yet: its last `MEANINGS` numbers are zeros, which MiniLM's vector of the text
fills in. Vectors are float32 (n, `DIMENSIONS`) with norm 1.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from catalog.vocabulary.kinds import KINDS as VOCABULARY
from catalog.vocabulary.words import Use, texts_for
from training.mini.captions import word_plainly
from training.mini.habits import list_habits
from training.mini.image_tower import PhotoSpace
from training.mini.labels import TruthTable
from training.mini.meanings import MeaningAxes, combine, looks_of
from training.mini.open_weights import ImageNetWeights, MiniLM
from training.mini.recipe import Recipe
from training.mini.words import MODIFIERS, TAG_VALUES, TAILS, plural

NEIGHBOURS = 12
SHARPNESS = 0.06  # of the similarities of MiniLM
CLOTHING = 0.55  # a class of ImageNet that is so similar to a kind is clothing
PART = 0.6  # of a colour, material or style beside a kind
HABIT_WORDS = ("{}", "{} clothes", "{} clothing", "{} outfit", "clothes for {}", "{} wear",
               "something for {}", "{} style")  # fmt: skip
BESIDE = ("{} {}", "{} {}", "{} {} for women", "{} {} for men")
OCCASION = "{1} for {0}"
# Of classes, kinds, habits, combinations, other words, pairs: the long lists need more.
SHARES = (0.1, 0.1, 0.1, 0.2, 0.25, 0.25)


@dataclass(frozen=True)
class Lessons:
    """Texts with their vectors (n, d), in groups, each with its share of the texts of a step.

    `tags` (tags, d) are the vectors of prompts for each tag.
    """

    groups: Sequence[tuple[Sequence[str], Tensor]]
    shares: Sequence[float]
    tags: Tensor
    meanings: MeaningAxes


@dataclass(frozen=True)
class _Anchors:
    """Texts with a known place, and MiniLM's vectors of the texts."""

    places: Tensor
    meanings: Tensor

    def spread(self, meanings: Tensor) -> Tensor:
        """Return the places of other texts by their meanings (n, 384)."""
        found = []
        for part in torch.split(meanings, 4096):
            near, rows = (part @ self.meanings.T).topk(min(NEIGHBOURS, len(self.places)), dim=1)
            shares = functional.softmax(near / SHARPNESS, dim=1)
            found.append((shares[..., None] * self.places[rows]).sum(dim=1))
        return functional.normalize(torch.cat(found), dim=-1)


@torch.no_grad()
def make_lessons(
    space: PhotoSpace, table: TruthTable, weights: ImageNetWeights, minilm: MiniLM, recipe: Recipe
) -> Lessons:
    """Return all texts with their places."""
    tags = dict(zip(table.tags, functional.normalize(space.tags, dim=-1), strict=True))
    classes = functional.normalize(space.classes, dim=-1)
    named = [(name, classes[k]) for k, names in enumerate(weights.names) for name in names]
    kinds = _place_kinds(tags, named, minilm)
    kind_rows = [
        (text, kinds[name]) for name, kind in VOCABULARY.items() for text in _words_of(name)
    ]
    habits = {text: _mean([kinds[kind] for kind in of]) for text, of in list_habits()}
    tagged = [(word_plainly([tag]), place) for tag, place in tags.items()]
    known = [*named, *tagged, *kind_rows, *habits.items()]
    anchors = _make_anchors(known, minilm)
    words = [w for w in minilm.tokenizer.get_vocab() if w.isascii() and w.isalpha() and len(w) > 2]
    taught = {text for text, _ in known}
    others = sorted({*weights.nouns, *words} - taught)
    pairs = _pair([*taught], others, recipe)
    placed = [
        _stack(named),
        _stack(kind_rows),
        _stack(list(_word_habits(habits))),
        _stack(list(_combine(kinds, habits, tags))),
    ]
    encoded = [minilm.encode(texts) for texts, _ in placed]
    for texts in (others, pairs):
        rows = minilm.encode(texts)
        placed.append((texts, anchors.spread(rows)))
        encoded.append(rows)
    axes = MeaningAxes(torch.cat(encoded))
    plain = minilm.encode([word_plainly([tag]) for tag in tags])
    return Lessons(
        [
            (texts, combine(looks_of(places), axes.place(rows)))
            for (texts, places), rows in zip(placed, encoded, strict=True)
        ],
        SHARES,
        combine(looks_of(torch.stack(list(tags.values()))), axes.place(plain)),
        axes,
    )


def list_taught_words() -> Iterator[str]:
    """Yield the words of the lessons that are about clothes."""
    for name in VOCABULARY:
        for text in _words_of(name):
            yield from (*text.split(), *plural(text).split())
    for text, _ in list_habits():
        yield from text.split()


def _words_of(kind: str) -> list[str]:
    words = VOCABULARY[kind].words
    return list(dict.fromkeys((*texts_for(Use.PROMPT, words), *texts_for(Use.CHAT, words))))


def _place_kinds(
    tags: Mapping[str, Tensor], named: Sequence[tuple[str, Tensor]], minilm: MiniLM
) -> dict[str, Tensor]:
    """Return the place of each kind of the vocabulary: its tag's, or among similar clothes.

    A narrow kind without a tag stays near its wide kind, a trench coat near coats: names of
    ImageNet alone are too near to all clothes that resemble them a little.
    """
    places = {name: tags.get(f"kind:{TAG_VALUES.get(name, name)}") for name in VOCABULARY}
    clothes = [(name, place) for name, place in places.items() if place is not None]
    kinds = minilm.encode(list(VOCABULARY))
    near = (minilm.encode([name for name, _ in named]) @ kinds.T).amax(dim=1) > CLOTHING
    clothes += [pair for pair, is_near in zip(named, near.tolist(), strict=True) if is_near]
    spread = _make_anchors(clothes, minilm).spread(kinds)
    for k, (name, place) in enumerate(places.items()):
        if place is None:
            wide = places.get(name.split()[-1])
            places[name] = (
                spread[k] if wide is None else functional.normalize(spread[k] + wide, dim=0)
            )
    return {name: place for name, place in places.items() if place is not None}


def _make_anchors(known: Sequence[tuple[str, Tensor]], minilm: MiniLM) -> _Anchors:
    texts, places = _stack(known)
    return _Anchors(places, minilm.encode(texts))


def _word_habits(habits: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for text, place in habits.items():
        for words in HABIT_WORDS:
            yield words.format(text), place


def _combine(
    kinds: Mapping[str, Tensor], habits: Mapping[str, Tensor], tags: Mapping[str, Tensor]
) -> Iterator[tuple[str, Tensor]]:
    """Yield kinds with a colour, a pattern, a material, a style or an occasion."""
    named = {
        text: place
        for tag, place in tags.items()
        if tag.startswith(("colour:", "pattern:"))
        for text in MODIFIERS.get(tag, TAILS.get(tag, ()))
    }
    for number, (beside, part) in enumerate({**habits, **named}.items()):
        for kind, place in kinds.items():
            text = BESIDE[number % len(BESIDE)].format(beside, kind)
            both = functional.normalize(place + PART * part, dim=0)
            yield text, both
            if beside in habits:
                yield OCCASION.format(beside, kind), both


def _pair(taught: Sequence[str], others: Sequence[str], recipe: Recipe) -> list[str]:
    """Return random pairs; half of them begin with a text about clothes, "leather sofa"."""
    rng = random.Random(recipe.seed)  # noqa: S311 - repeatable on purpose
    return [
        f"{rng.choice(taught if number % 2 else others)} {rng.choice(others)}"
        for number in range(recipe.pairs)
    ]


def _mean(places: Sequence[Tensor]) -> Tensor:
    """Return the mean place; the first count more, 1, 1/2, 1/3 and so on."""
    shares = torch.tensor([1 / (k + 1) for k in range(len(places))])
    return functional.normalize((shares[:, None] * torch.stack(list(places))).sum(dim=0), dim=0)


def _stack(known: Sequence[tuple[str, Tensor]]) -> tuple[list[str], Tensor]:
    return [text for text, _ in known], torch.stack([place for _, place in known])
