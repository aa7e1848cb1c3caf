"""Old prompts as those of Atelier, redacted, with their dates and without results."""

from collections.abc import Iterator

from django.db import transaction

from core.redaction import redact
from recommendations.models import Prompt
from stylist.legacy.keys import read_key
from stylist.legacy.moves import (
    LegacyMove,
    LegacyRowRefused,
    LegacyTable,
    read_row_id,
    split_batches,
)
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.sources.rows import LegacyRow

PROMPTS = LegacyTable("prompts", frozenset({"promptapi", "promptapis"}))
NUMBER_COLUMNS = (
    *("numrecommended", "numberrecommendedimages", "numrecommendedimages"),
    *("numberofimages", "numresults"),
)
MAX_LENGTH, MAX_DIGITS = 1_000, 4
BATCH = 500


def import_prompts(move: LegacyMove, *, key: str) -> None:
    """Import the prompts of one API key; "" stands for rows without keys."""
    for batch in split_batches(_read_prompts(move, key), BATCH):
        _store(move, batch)


def _read_prompts(move: LegacyMove, key: str) -> Iterator[Prompt]:
    for row in move.read(PROMPTS):
        if read_key(row) != key:
            move.count(PROMPTS, LegacyOutcome.LEFT_OUT)
            continue
        try:
            yield _make_prompt(move, row)
        except LegacyRowRefused as error:
            move.refuse(PROMPTS, row, error)


def _make_prompt(move: LegacyMove, row: LegacyRow) -> Prompt:
    text = row.find("prompt", "text")
    if not 0 < len(text) <= MAX_LENGTH:
        message = f"A prompt has 1 to {MAX_LENGTH:,} characters."
        raise LegacyRowRefused(message, code="prompt_invalid")
    number = row.find(*NUMBER_COLUMNS)
    is_number = number.isdecimal() and len(number) <= MAX_DIGITS
    at = move.read_date(row)
    return Prompt(
        id=move.make_id(PROMPTS, read_row_id(row, "promptid", "id"), at),
        shop=move.shop,
        prompt=redact(text)[:MAX_LENGTH],
        number_of_images=int(number) if is_number else 0,
        created_at=at,
    )


def _store(move: LegacyMove, prompts: list[Prompt]) -> None:
    dates = {prompt.pk: prompt.created_at for prompt in prompts}
    known = set(Prompt.objects.filter(pk__in=dates).values_list("pk", flat=True))
    new = list({prompt.pk: prompt for prompt in prompts if prompt.pk not in known}.values())
    if new and not move.is_dry_run:
        with transaction.atomic():
            Prompt.objects.bulk_create(new)
            # Django sets the date of a new row to now.
            for prompt in new:
                prompt.created_at = dates[prompt.pk]
            Prompt.objects.bulk_update(new, ["created_at"])
    move.count(PROMPTS, LegacyOutcome.ADDED, len(new))
    move.count(PROMPTS, LegacyOutcome.KNOWN, len(prompts) - len(new))
