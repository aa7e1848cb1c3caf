"""The import of one system as a whole: its tables, in the order in which they need each other."""

from collections.abc import Callable, Mapping
from functools import partial

from stylist.legacy.conversations import import_conversations
from stylist.legacy.facets import import_facets
from stylist.legacy.keys import choose_key, list_old_keys
from stylist.legacy.moves import LegacyMove, LegacySystem, LegacyTable
from stylist.legacy.products import COLLECTION, import_collection, import_images
from stylist.legacy.prompts import import_prompts
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.shoppers import USERS, import_preferences, import_users
from stylist.legacy.wardrobes import import_wardrobes
from tenants import audit
from tenants.models import AuditEntry

COMPARISONS = LegacyTable("comparisons", frozenset({"comparison", "comparisons"}))
KEY_NOTE = (
    "Old API keys, none of which is valid here; create new ones with POST /api/v1/shop/keys/:"
)
Part = Callable[[LegacyMove], None]


def import_shop(move: LegacyMove, *, old_key: str) -> None:
    """Import the tables of an old system into the scope's shop, and record it in the audit log.

    `old_key` chooses the rows of one API key, where there are several. Rows that are there already
    stay as they are. Raises `SourceUnreadable`, `OldKeyUnclear` and `StorageUnavailable`.
    """
    if move.system in (LegacySystem.RECOMMENDER, LegacySystem.FITMATCH):
        _import_collection(move, old_key)
    else:
        for import_part in PARTS[move.system]:
            import_part(move)
    if not move.is_dry_run:
        _record(move)


def _import_collection(move: LegacyMove, old_key: str) -> None:
    keys = list_old_keys(move, COLLECTION)
    chosen = choose_key(keys, old_key)
    if keys:
        move.report.notes.extend((KEY_NOTE, *(f"  {key.describe()}" for key in keys)))
    reference = chosen.reference if chosen else ""
    import_collection(move, facets=import_facets(move), key=reference)
    import_prompts(move, key=reference)


def _leave_out(table: LegacyTable, reason: str, move: LegacyMove) -> None:
    number = sum(1 for _ in move.read(table))
    move.count(table, LegacyOutcome.LEFT_OUT, number)
    if number:
        move.report.notes.append(f"The {table.title} were left out: {reason}")


PARTS: Mapping[LegacySystem, tuple[Part, ...]] = {
    LegacySystem.IMAGES: (import_users, import_preferences, import_images),
    LegacySystem.QUALITY: (
        import_images,
        partial(_leave_out, USERS, "they had passwords. Invite them as members of the shop."),
        partial(_leave_out, COMPARISONS, "photos are measured again, and can be compared again."),
    ),
    LegacySystem.STYLIST: (import_users, import_conversations, import_wardrobes),
}


def _record(move: LegacyMove) -> None:
    counts = move.report.counts.items()
    audit.record(
        "legacy.imported",
        shop_id=move.shop.pk,
        actor=AuditEntry.Actor.OPERATOR,
        system=str(move.system),
        added={
            table: number for (table, outcome), number in counts if outcome == LegacyOutcome.ADDED
        },
    )
