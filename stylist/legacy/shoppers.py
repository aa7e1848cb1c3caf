"""Old users as shoppers, under their old ids, with what they prefer.

Names, e-mail addresses and passwords are not taken over: a shopper has none.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from core.redaction import redact
from recommendations.feedback.shoppers import (
    InvalidShopperId,
    get_or_create_shoppers,
    read_preferences,
    set_preferences,
)
from stylist.legacy.moves import (
    DATES,
    LegacyMove,
    LegacyRowRefused,
    LegacyTable,
    read_row_id,
    split_batches,
)
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.sources.rows import LegacyRow, make_name_key
from tenants.models import Shopper, is_shopper_id

USERS = LegacyTable("users", frozenset({"user", "users"}))
PREFERENCES = LegacyTable(
    "preferences", frozenset({"preference", "preferences", "userpreference", "userpreferences"})
)
PREFERENCE_COLUMNS = ("stylepreferences", "preferences")
COLOUR_NAMES = ("colour", "colours", "color", "colors")
COLOUR_WORDS = ("preferred", "favorite", "favourite", "liked")
MAX_TEXT_LENGTH, MAX_COLOURS, MAX_COLOUR_LENGTH = 1_000, 50, 60
BATCH = 500


def import_users(move: LegacyMove) -> None:
    """Create a shopper for each user, with the preferences in the user's row."""
    for batch in split_batches(_read_users(move), BATCH):
        ids = [external_id for external_id, _ in batch]
        known = set(
            Shopper.objects.filter(external_id__in=ids).values_list("external_id", flat=True)
        )
        new = set(ids) - known
        if not move.is_dry_run:
            get_or_create_shoppers(shop=move.shop, external_ids=new)
        move.count(USERS, LegacyOutcome.ADDED, len(new))
        move.count(USERS, LegacyOutcome.KNOWN, len(batch) - len(new))
        for external_id, row in batch:
            if text := row.find(*PREFERENCE_COLUMNS):
                _add_preferences(move, USERS, row, external_id, {"": text})


def import_preferences(move: LegacyMove) -> None:
    """Add the rows of a table of preferences to those of the shoppers."""
    for row in move.read(PREFERENCES):
        left_out = {"id", "userid", *DATES}
        stated = {name: text for name, text in row.values.items() if name not in left_out and text}
        try:
            external_id = read_shopper_id(row)
        except (LegacyRowRefused, InvalidShopperId) as error:
            move.refuse(PREFERENCES, row, error)
            continue
        _add_preferences(move, PREFERENCES, row, external_id, stated)


def read_shopper_id(row: LegacyRow) -> str:
    """Return the id of the user that a row belongs to.

    Raises `LegacyRowRefused` and `InvalidShopperId`.
    """
    external_id = read_row_id(row, "userid")
    if not is_shopper_id(external_id):
        raise InvalidShopperId
    return external_id


def _read_users(move: LegacyMove) -> Iterator[tuple[str, LegacyRow]]:
    for row in move.read(USERS):
        try:
            external_id = read_row_id(row, "id", "userid")
            if not is_shopper_id(external_id):
                raise InvalidShopperId
        except (LegacyRowRefused, InvalidShopperId) as error:
            move.refuse(USERS, row, error)
            continue
        yield external_id, row


def _add_preferences(
    move: LegacyMove, table: LegacyTable, row: LegacyRow, external_id: str, stated: dict[str, str]
) -> None:
    """Add colours and texts to what a shopper prefers; those that are there already stay once."""
    shopper = Shopper.objects.filter(external_id=external_id).first()
    current = read_preferences(shopper)
    colours, texts = list(current.liked.get("colour", ())), list(filter(None, [current.text]))
    for name, value in _flatten(stated):
        if name in COLOUR_NAMES:
            value = value.lower()
            if value not in colours:
                colours.append(value)
        elif (text := redact(f"{name}: {value}" if name else value)) not in current.text:
            texts.append(text)
    fields: dict[str, Any] = {"text": "; ".join(texts)}
    if colours:
        fields["liked"] = {**current.liked, "colour": colours}
    is_long = len(fields["text"]) > MAX_TEXT_LENGTH or len(colours) > MAX_COLOURS
    if is_long or any(len(colour) > MAX_COLOUR_LENGTH for colour in colours):
        error = LegacyRowRefused("The preferences are too long.", code="preferences_too_long")
        move.refuse(table, row, error)
        return
    is_known = fields["text"] == current.text and fields.get("liked", {}) == current.liked
    if not (is_known or move.is_dry_run):
        set_preferences(shop=move.shop, external_id=external_id, fields=fields)
    move.count(PREFERENCES, LegacyOutcome.KNOWN if is_known else LegacyOutcome.ADDED)


def _flatten(stated: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield names and single values, from columns that may hold JSON."""
    for name, text in stated.items():
        try:
            value = json.loads(text) if text[:1] in "[{" else text
        except (ValueError, RecursionError):
            value = text
        parts = value.items() if isinstance(value, dict) else [(name, value)]
        for part_name, part in parts:
            single: Iterable[Any] = part if isinstance(part, list) else [part]
            yield from ((_name_preference(str(part_name)), str(one).strip()) for one in single)


def _name_preference(name: str) -> str:
    """Return the key of a preference; "" for the column that holds all of them."""
    key = make_name_key(name)
    for word in COLOUR_WORDS:
        key = key.removeprefix(word)
    return "" if key in PREFERENCE_COLUMNS else key
