"""A shop's synonyms: stored, changed and imported.

Each change raises the shop's `search_version`, by which processes notice that their copy is old.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from catalog.vocabulary.languages.lexicon import tokenise
from catalog.vocabulary.name_keys import make_key
from core.errors import Conflict, DomainError
from recommendations.models import Synonym
from recommendations.models.synonyms import MAX_PHRASE_LENGTH
from tenants.models import Shop

MAX_SYNONYMS = 5_000
MAX_PHRASE_WORDS = 6

Phrase = tuple[str, ...]


class TooManySynonyms(Conflict):
    """The shop has as many synonyms as allowed; processes cache all of them."""

    code = "too_many_synonyms"
    message = f"A shop has at most {MAX_SYNONYMS:,} synonyms; delete one first."


class SynonymExists(Conflict):
    """The shop has a synonym of the same phrase and meaning."""

    code = "synonym_exists"
    message = "There is a synonym with this phrase and meaning; change that one."


class SynonymGone(DomainError):
    """The synonym was deleted while the request was running."""

    status_code = 404
    code = "not_found"
    message = "This synonym was deleted in the meantime."


@dataclass(frozen=True, slots=True)
class SynonymFault:
    """Why two texts are no synonym: the field, a code and what to do."""

    field: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class SynonymRow:
    """A synonym as a file states it; `number` is that of its row, from 1."""

    number: int
    phrase: str
    meaning: str
    is_two_way: bool = False


@dataclass(frozen=True, slots=True)
class SynonymProblem:
    """Why a row of a file is no synonym of the shop: its number, a code and what to do."""

    row: int
    code: str
    detail: str


@dataclass(slots=True)
class SynonymOutcome:
    """What an import did, and the rows that the shop's limit kept out."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    problems: list[SynonymProblem] = field(default_factory=list)


def split_phrase(text: str) -> Phrase:
    """Return a text's words as synonyms compare them: folded, and English ones in the singular."""
    return tuple(filter(None, (make_key(token.folded) for token in tokenise(text))))


def make_phrase_key(text: str) -> str:
    """Return the key by which a synonym is stored once."""
    return " ".join(split_phrase(text))


def find_fault(*, phrase: str, meaning: str) -> SynonymFault | None:
    """Return why these texts cannot be a synonym, or None."""
    for name, text in (("phrase", phrase), ("meaning", meaning)):
        words = split_phrase(text)
        if not words:
            return SynonymFault(name, "required", "Write at least one word.")
        if len(words) > MAX_PHRASE_WORDS:
            return SynonymFault(name, "too_long", f"Write at most {MAX_PHRASE_WORDS} words.")
        if len(text) > MAX_PHRASE_LENGTH:
            return SynonymFault(name, "too_long", f"Write at most {MAX_PHRASE_LENGTH} characters.")
        if "\0" in text:
            return SynonymFault(name, "invalid", "A NUL character cannot be stored.")
    if make_phrase_key(phrase) == make_phrase_key(meaning):
        return SynonymFault("meaning", "same", "Write other words than those of the phrase.")
    return None


def create_synonym(*, shop: Shop, fields: Mapping[str, Any]) -> Synonym:
    """Add a synonym; raises `TooManySynonyms` and `SynonymExists`."""
    with _changing(shop):
        if Synonym.objects.filter(shop=shop).count() >= MAX_SYNONYMS:
            raise TooManySynonyms
        synonym: Synonym = Synonym(shop=shop, **add_keys(fields))
        with _refusing_doubles():
            synonym.save(force_insert=True)
    return synonym


def update_synonym(*, shop: Shop, synonym: Synonym, fields: Mapping[str, Any]) -> None:
    """Change a synonym; raises `SynonymGone` and `SynonymExists`."""
    with _changing(shop), _refusing_doubles():
        rows = Synonym.objects.filter(pk=synonym.pk)
        if not rows.update(**add_keys(fields), updated_at=timezone.now()):
            raise SynonymGone
        synonym.refresh_from_db()


def delete_synonym(*, shop: Shop, synonym: Synonym) -> None:
    """Delete a synonym."""
    with _changing(shop):
        Synonym.objects.filter(pk=synonym.pk).delete()


def import_synonyms(*, shop: Shop, rows: Sequence[SynonymRow]) -> SynonymOutcome:
    """Add synonyms, and change those that the shop has; makes four queries for any number.

    Of rows with the same phrase and meaning, the last one counts.
    """
    wanted = {(make_phrase_key(row.phrase), make_phrase_key(row.meaning)): row for row in rows}
    outcome = SynonymOutcome()
    with _changing(shop):
        stored = {(row.phrase_key, row.meaning_key): row for row in Synonym.objects.all()}
        room = MAX_SYNONYMS - len(stored)
        new: list[Synonym] = []
        changed: list[Synonym] = []
        for keys, row in wanted.items():
            fields = {"phrase": row.phrase, "meaning": row.meaning, "is_two_way": row.is_two_way}
            if (known := stored.get(keys)) is None:
                if len(new) < room:
                    new.append(Synonym(shop=shop, **add_keys(fields)))
                else:
                    outcome.problems.append(_make_problem(row.number, TooManySynonyms))
            elif any(getattr(known, name) != value for name, value in fields.items()):
                for name, value in fields.items():
                    setattr(known, name, value)
                known.updated_at = timezone.now()
                changed.append(known)
            else:
                outcome.unchanged += 1
        Synonym.objects.bulk_create(new)
        Synonym.objects.bulk_update(changed, ("phrase", "meaning", "is_two_way", "updated_at"))
    outcome.created, outcome.updated = len(new), len(changed)
    return outcome


def _make_problem(row: int, error: type[DomainError]) -> SynonymProblem:
    return SynonymProblem(row, error.code, error.message)


@contextmanager
def _changing(shop: Shop) -> Iterator[None]:
    """Make changes of a shop's synonyms one after another, and its processes read them again."""
    with transaction.atomic():
        # The row's lock lasts until the commit, which publishes the change with the new version.
        Shop.objects.filter(pk=shop.pk).update(search_version=F("search_version") + 1)
        yield


@contextmanager
def _refusing_doubles() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise SynonymExists from error


def add_keys(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a row, with the keys of the texts among them."""
    texts = ("phrase", "meaning")
    keys = {f"{name}_key": make_phrase_key(fields[name]) for name in texts if name in fields}
    return {**fields, **keys}
