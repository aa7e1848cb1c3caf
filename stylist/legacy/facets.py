"""Old categories, styles and age groups as facet values of the shop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from catalog.models import AgeGroup, Category, Style
from catalog.taxonomy.resolution import FoundBy, find_category
from catalog.taxonomy.tree import check_place
from stylist.legacy.moves import LegacyMove, LegacyRowRefused, LegacyTable, read_row_id
from stylist.legacy.report import LegacyOutcome
from stylist.legacy.sources.rows import LegacyRow

CATEGORIES = LegacyTable("categories", frozenset({"category", "categories"}))
STYLES = LegacyTable("styles", frozenset({"style", "styles"}))
AGE_GROUPS = LegacyTable("age groups", frozenset({"agegroup", "agegroups"}))
MAX_FACETS = 5_000  # of a table: they are held in memory, and a shop has dozens
MAX_NAME_LENGTH, MAX_DESCRIPTION_LENGTH = 60, 300

# The values by their old ids; None for one that a dry run does not create.
FacetsById = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LegacyFacets:
    """The values of a shop that old images refer to by number."""

    categories: FacetsById
    styles: FacetsById
    age_groups: FacetsById


def import_facets(move: LegacyMove) -> LegacyFacets:
    """Find the shop's value for each old one, or create it."""
    return LegacyFacets(
        _import_table(move, CATEGORIES, "categoryid", _find_category),
        _import_table(move, STYLES, "styleid", lambda name: (Style.objects.find(name), None)),
        _import_table(
            move, AGE_GROUPS, "agegroupid", lambda name: (AgeGroup.objects.find(name), None)
        ),
    )


MODELS: Mapping[str, Any] = {
    CATEGORIES.title: Category,
    STYLES.title: Style,
    AGE_GROUPS.title: AgeGroup,
}


def _import_table(
    move: LegacyMove, table: LegacyTable, id_column: str, find: Callable[[str], tuple[Any, Any]]
) -> FacetsById:
    found: dict[str, Any] = {}
    for row in move.read(table):
        try:
            if len(found) >= MAX_FACETS:
                message = f"An import takes over {MAX_FACETS:,} {table.title} at most."
                raise LegacyRowRefused(message, code="too_many_values")
            row_id, name = read_row_id(row, id_column, "id"), _read_name(row)
            facet, parent = find(name)
            is_known = facet is not None
            if not (is_known or move.is_dry_run):
                facet = _create(move, table, row, name, parent)
        except LegacyRowRefused as error:
            move.refuse(table, row, error)
            continue
        found[row_id] = facet
        move.count(table, LegacyOutcome.KNOWN if is_known else LegacyOutcome.ADDED)
    return found


def _read_name(row: LegacyRow) -> str:
    name = row.find("name")
    if not 0 < len(name) <= MAX_NAME_LENGTH:
        message = f"The name needs 1 to {MAX_NAME_LENGTH} characters."
        raise LegacyRowRefused(message, code="name_invalid")
    return name


def _find_category(name: str) -> tuple[Category | None, Category | None]:
    """Return the category of this name, and else the wider one that a new one belongs below.

    "Summer dresses" stays a category of its own, and a search for dresses finds it.
    """
    match = find_category(name)
    if match.found_by in (FoundBy.NAME, FoundBy.ALIAS):
        return match.category, None
    return None, match.category


def _create(
    move: LegacyMove, table: LegacyTable, row: LegacyRow, name: str, parent: Category | None
) -> Any:
    description = row.find("description")
    if len(description) > MAX_DESCRIPTION_LENGTH:
        detail = f"The description was cut to {MAX_DESCRIPTION_LENGTH} characters."
        move.report.add_problem(table.title, row.number, "description_cut", detail)
        description = description[:MAX_DESCRIPTION_LENGTH]
    facet = MODELS[table.title](shop=move.shop, name=name, description=description)
    try:
        with transaction.atomic():
            if parent is not None:
                facet.parent = parent
                check_place(category=facet, parent=parent)
            facet.save(force_insert=True)
    except IntegrityError as error:
        message = "Somebody else created it at the same time; run the import again."
        raise LegacyRowRefused(message, code="conflict") from error
    return facet
