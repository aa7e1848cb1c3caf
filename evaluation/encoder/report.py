"""Lines of text with the figures of an encoder."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from evaluation.encoder.figures import WEAKEST, Colours, Retrieval, ZeroShot
from evaluation.encoder.languages import LanguageFigures
from evaluation.encoder.matches import MatchFigures, Mistakes
from evaluation.encoder.worn import WornFigures

MAX_NAMED = 8


def show_zero_shot(found: ZeroShot) -> Iterator[str]:
    yield _line("zero-shot top-1", found.top1)
    yield _line("zero-shot top-3", found.top3)
    for label, (right, count) in found.per_label.items():
        yield _line(f"  {label}", right / count, f"{right} of {count}")
    yield _line("mean of the weakest", found.mean_of(WEAKEST), ", ".join(WEAKEST))


def show_colours(found: Colours) -> Iterator[str]:
    yield _line("colour, the largest", found.largest, f"{found.photos} photos")
    yield _line("colour, a main one", found.any_main)


def show_retrieval(fields: Sequence[str], found: Retrieval) -> Iterator[str]:
    note = f"precision@5 {found.at5:.3f}; {found.queries} queries; lowest: {_worst(found.worst)}"
    yield _line(f'precision@10 of "{" ".join(fields)}"', found.at10, note)


def show_worn(found: WornFigures) -> Iterator[str]:
    wrong = Counter(found.confusions).most_common(MAX_NAMED)
    most = ", ".join(f"{label} as {guess} {count}" for (label, guess), count in wrong)
    yield _line("kind top-1", found.tolerant, f"wrong: {most or 'none'}")
    yield _line("kind top-1, the label's own", found.kind)
    note = f"{found.prompts} prompts; lowest: {_worst(found.worst)}"
    yield _line('precision@10 of "kind"', found.indexed, note)
    yield _line("  with whole photos only", found.precision)
    yield _line("colour", found.colour, f"{found.coloured} photos")


def show_languages(found: Iterable[LanguageFigures]) -> Iterator[str]:
    """Yield the share of each language, and of all prompts together."""
    languages = list(found)
    for figures in languages:
        named = ", ".join(f"{prompt} ({english})" for prompt, english in figures.different)
        yield _line(f"  {figures.language}", figures.same, f"different: {named or 'none'}")
    prompts = sum(figures.prompts for figures in languages)
    different = sum(len(figures.different) for figures in languages)
    yield _line("same first photo as in English", 1 - different / prompts, f"{prompts} prompts")


def show_matches(found: MatchFigures) -> Iterator[str]:
    yield _line("not sold, no match", 1 - found.unsold.share, _name_wrong(found.unsold))
    for name, mistakes in found.sold.items():
        yield _line(f'sold, wrongly no match, "{name}"', mistakes.share, _name_wrong(mistakes))
    yield _line("wrong kind, yet strong", found.wrong_kind.share, _name_wrong(found.wrong_kind))
    unstated = found.wrong_kind_unstated
    yield _line("  if no kinds are stated", unstated.share, _name_wrong(unstated))
    yield _line("right kind, and strong", found.strong)


def _name_wrong(found: Mistakes) -> str:
    named = ", ".join(found.wrong[:MAX_NAMED])
    return f"{found.prompts} prompts; wrong: {named or 'none'}"


def _worst(pairs: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{text} {share:.2f}" for text, share in pairs)


def _line(name: str, share: float, note: str = "") -> str:
    return f"{name:32} {share:.3f}  {f'({note})' if note else ''}".rstrip()
