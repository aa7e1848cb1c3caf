"""Write the concepts of a prompt as English text, in the order of English.

"rotes Kleid mit Blumen" and "robe rouge à fleurs" become "red dress with flowers": what describes
a garment stands before it, ordered by role; what it has, and what it is for, stands after it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from catalog.vocabulary.languages.concepts import ADJECTIVES, NOUNS, Role
from catalog.vocabulary.languages.segmentation import PromptPiece
from core.text import has_digit

ORDER = (
    Role.PERSON, Role.STYLE, Role.DETAIL, Role.SHADE, Role.COLOUR, Role.PATTERN, Role.MATERIAL,
    None, Role.SEASON, Role.OCCASION, Role.KIND, Role.PART,
)  # fmt: skip
GLUE = ("and", "or")


@dataclass(slots=True)
class PhraseItem:
    """One concept or unknown word of the text."""

    text: str
    role: Role | None


@dataclass(slots=True)
class Phrase:
    """Items after a connective, such as "with"; the garment itself has none."""

    connective: str = ""
    items: list[PhraseItem] = field(default_factory=list)

    @property
    def has_noun(self) -> bool:
        return any(item.role in (Role.KIND, Role.PART, Role.PERSON) for item in self.items)

    @property
    def is_cut(self) -> bool:
        """Check for a phrase like "à taille haute", which is "high-waisted" in English."""
        return self.connective == "with" and all(i.role is Role.DETAIL for i in self.items)


@dataclass(slots=True)
class Clause:
    """One garment, its phrases, and how it is joined to the garment before it."""

    join: str = ""
    head: Phrase = field(default_factory=Phrase)
    phrases: list[Phrase] = field(default_factory=list)

    @property
    def has_kind(self) -> bool:
        return any(item.role is Role.KIND for item in self.head.items)


class EnglishWriter:
    """Collects pieces of a prompt, in their order, into clauses."""

    def __init__(self) -> None:
        self.clauses = [Clause()]
        self.phrase = self.clauses[0].head
        self.glue = ""
        self.negation = ""

    def write(self, pieces: Sequence[PromptPiece]) -> str:
        """Return the English text of a prompt's pieces."""
        for place, piece in enumerate(pieces):
            concept = piece.concept
            if concept is None or piece.is_content:
                item = (
                    PhraseItem(concept.text, concept.role)
                    if concept
                    else PhraseItem(piece.text, None)
                )
                self._add(item, pieces[place + 1 :])
            elif concept.role is Role.POSTPOSITION:
                self._join_after(concept.text)
            elif concept.text:
                self._join_before(concept.text)
        return " ".join(_write_clauses(self.clauses))

    def _join_before(self, connective: str) -> None:
        if connective in GLUE:
            self.glue = connective
        elif connective == "not":
            self.negation = "not "
        elif connective == "of":
            self.glue, self.phrase = "", self.clauses[-1].head
        else:
            self.glue = ""
            self._open(connective)

    def _join_after(self, connective: str) -> None:
        """Let the last item, and not what follows, belong to a connective."""
        if connective in (*GLUE, "not"):
            self._join_before(connective)
            return
        clause = self.clauses[-1]
        if connective != "of" and self.phrase.items:
            clause.phrases.append(Phrase(connective, [self.phrase.items.pop()]))
        self.phrase = clause.head

    def _open(self, connective: str) -> None:
        self.phrase = Phrase(connective)
        self.clauses[-1].phrases.append(self.phrase)

    def _add(self, item: PhraseItem, rest: Sequence[PromptPiece]) -> None:
        item.text, self.negation = self.negation + item.text, ""
        glue, self.glue = self.glue, ""
        clause = self.clauses[-1]
        if glue and self._glue(item, glue, rest):
            return
        is_head = self.phrase is clause.head
        if item.role is Role.KIND and not is_head and self.phrase.has_noun and not clause.has_kind:
            self._return_to_head()
        self.phrase.items.append(item)

    def _glue(self, item: PhraseItem, glue: str, rest: Sequence[PromptPiece]) -> bool:
        """Join an item with "and" or "or"; return whether it is written."""
        clause = self.clauses[-1]
        last = self.phrase.items[-1] if self.phrase.items else None
        if item.role is Role.KIND or (clause.has_kind and _has_kind_ahead(rest)):
            if clause.head.items:
                self.clauses.append(Clause(glue))
                self.phrase = self.clauses[-1].head
        elif last and _group(last.role) == _group(item.role):
            last.text += f" {glue} {item.text}"
            return True
        elif self.phrase is not clause.head:
            self._open(glue)
        return False

    def _return_to_head(self) -> None:
        """Move what follows the phrase's noun to the garment: "mit Blumen rotes Kleid"."""
        items, head = self.phrase.items, self.clauses[-1].head
        nouns = [n for n, item in enumerate(items) if item.role in (Role.PART, Role.PERSON)]
        after = (nouns[-1] if nouns else len(items) - 1) + 1
        head.items += items[after:]
        del items[after:]
        self.phrase = head


def write_english(pieces: Sequence[PromptPiece]) -> str:
    """Return the English text of a prompt's pieces, in the order of English."""
    return EnglishWriter().write(pieces)


def _group(role: Role | None) -> Role | None:
    return Role.COLOUR if role is Role.SHADE else role


def _has_kind_ahead(pieces: Iterable[PromptPiece]) -> bool:
    """Check whether a kind follows before the next connective."""
    for piece in pieces:
        if piece.concept and piece.concept.role is Role.KIND:
            return True
        if piece.concept and not piece.is_content and piece.concept.text:
            return False
    return False


def _write_clauses(clauses: Sequence[Clause]) -> Iterator[str]:
    for clause in clauses:
        if clause.join:
            yield clause.join
        head = [*clause.head.items, *(item for p in clause.phrases if p.is_cut for item in p.items)]
        yield from (item.text for item in _order_head(head, has_kind=clause.has_kind))
        phrases = [phrase for phrase in clause.phrases if not phrase.is_cut]
        if clause.has_kind:
            parts = [
                item for item in head if item.role is Role.PART and item.text not in ADJECTIVES
            ]
            phrases = [Phrase("with", [part]) for part in parts] + phrases
        for phrase in phrases:
            yield from _write_phrase(phrase)


def _order_head(items: Sequence[PhraseItem], *, has_kind: bool) -> Iterator[PhraseItem]:
    """Yield what describes a garment, then its kind; what it has is written after it."""
    if not has_kind:
        yield from _order(items)
        return
    before = [item for item in items if not _stands_after(item)]
    is_alone = sum(item.role is Role.KIND for item in before) == 1
    yield from _order([_describe(item, is_alone=is_alone) for item in before])


def _stands_after(item: PhraseItem) -> bool:
    return item.role is Role.PART and item.text not in ADJECTIVES


def _describe(item: PhraseItem, *, is_alone: bool) -> PhraseItem:
    """Return a noun as an adjective; a kind only next to another one: "jeans skirt" is denim."""
    text = ADJECTIVES.get(item.text)
    if text is None or (item.role is Role.KIND and is_alone):
        return item
    return PhraseItem(text, Role.PATTERN if item.role in (Role.PART, Role.KIND) else item.role)


def _order(items: Sequence[PhraseItem]) -> list[PhraseItem]:
    return sorted(_join_colours(_merge_shades(items)), key=_rank)


def _rank(item: PhraseItem) -> int:
    if item.role is None and has_digit(item.text):
        return len(ORDER)
    return ORDER.index(item.role)


def _merge_shades(items: Sequence[PhraseItem]) -> list[PhraseItem]:
    """Return the items with each shade at its colour: "bleu clair" is "light blue"."""
    merged: list[PhraseItem] = []
    shade: PhraseItem | None = None
    for place, item in enumerate(items):
        following = items[place + 1] if place + 1 < len(items) else None
        if item.role is Role.SHADE and following and following.role is Role.COLOUR:
            shade = item
        elif item.role is Role.SHADE and merged and merged[-1].role is Role.COLOUR:
            merged[-1] = PhraseItem(f"{item.text} {merged[-1].text}", Role.COLOUR)
        elif shade:
            merged.append(PhraseItem(f"{shade.text} {item.text}", Role.COLOUR))
            shade = None
        else:
            merged.append(item)
    return merged


def _join_colours(items: Sequence[PhraseItem]) -> Iterator[PhraseItem]:
    """Yield the items with neighbouring colours as one: "schwarz-weiß" is "black and white"."""
    colours: list[str] = []
    for item in (*items, None):
        if item and item.role is Role.COLOUR:
            colours.append(item.text)
            continue
        if colours:
            yield PhraseItem(" and ".join(colours), Role.COLOUR)
            colours = []
        if item:
            yield item


def _write_phrase(phrase: Phrase) -> Iterator[str]:
    items = _order(phrase.items)
    if not items:
        return
    yield phrase.connective
    texts = [item.text for item in items]
    if phrase.connective == "for":
        texts = [NOUNS.get(text, text) for text in texts]
    yield from texts
    if items[-1].role is Role.PATTERN:
        yield "pattern"
