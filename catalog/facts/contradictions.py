"""Find images whose photos contradict the kind or the colour that the shop states.

Only a sure seen value contradicts, and any garment of the photo that agrees is enough, whether it
is sure or not. Nothing is stored but reviews: the list is always that of the current photos and
statements. `catalog.facts.statements` decides what agrees, SQL only compares.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

from catalog.facts.statements import list_possible_colours, list_possible_kinds
from catalog.models import Category, ContradictionReview, Image
from catalog.vocabulary.kinds import KINDS
from core.errors import Conflict

# A garment's colours with smaller shares are details: buttons, a print, what shows through.
MIN_MAIN_SHARE = 0.15
FACETS = tuple(ContradictionReview.ContradictedFacet.values)


class NoContradiction(Conflict):
    """The image's photo does not contradict what the shop states."""

    code = "no_contradiction"
    message = "The photo does not contradict what you state of this facet."


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A facet that the shop states otherwise than the photo shows it, and the confidence in it."""

    facet: str
    stated: str
    seen: str
    confidence: float


def narrow_to_contradictions(
    images: QuerySet[Image], facets: Sequence[str] = FACETS
) -> QuerySet[Image]:
    """Narrow to images with a contradiction of one of the facets that was not reviewed."""
    query, parameters = _build(facets)
    ids = f"SELECT image_id FROM ({query} WHERE NOT is_reviewed) AS open"  # noqa: S608
    return images.filter(pk__in=RawSQL(ids, parameters))  # noqa: S611 - parameters are bound


def read_contradictions(
    image_ids: Collection[UUID], facets: Sequence[str] = FACETS
) -> dict[UUID, list[Contradiction]]:
    """Return the contradictions of these images that were not reviewed."""
    found: defaultdict[UUID, list[Contradiction]] = defaultdict(list)
    for pk, is_reviewed, contradiction in _read(image_ids, facets):
        if not is_reviewed:
            found[pk].append(contradiction)
    return found


def confirm_statement(*, image: Image, facet: str) -> None:
    """Record that what the shop states is right; can run twice.

    The contradiction is reported again once the photo or the statement changes. Raises
    `NoContradiction`.
    """
    with transaction.atomic():
        current = Image.objects.live().select_for_update(no_key=True).filter(pk=image.pk).first()
        found = list(_read([image.pk], [facet])) if current else []
        if not found:
            raise NoContradiction
        ContradictionReview.objects.update_or_create(
            image=current,
            facet=facet,
            defaults={
                "shop_id": current.shop_id,
                "image_version": current.version,
                "stated": found[0][2].stated,
            },
        )


def confirm_statements(*, images: Iterable[Image]) -> int:
    """Record that all that the shop states of these images is right; return how many facets."""
    images = list(images)
    found = read_contradictions([image.pk for image in images])
    for image in images:
        for contradiction in found.get(image.pk, ()):
            confirm_statement(image=image, facet=contradiction.facet)
    return sum(map(len, found.values()))


def _read(
    image_ids: Collection[UUID], facets: Sequence[str]
) -> list[tuple[UUID, bool, Contradiction]]:
    query, parameters = _build(facets)
    with connection.cursor() as cursor:
        cursor.execute(f"{query} WHERE image_id = ANY(%s)", [*parameters, list(image_ids)])
        return [(pk, done, Contradiction(*rest)) for pk, done, *rest in cursor.fetchall()]


def _build(facets: Sequence[str]) -> tuple[str, list[Any]]:
    """Return a query of all contradictions in the tenancy scope, and its parameters."""
    parts = [_PARTS[facet] for facet in facets]
    parameters = [value for facet in facets for value in _PARAMETERS[facet]()]
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) AS found", parameters  # noqa: S608


def _find_kind_parameters() -> list[Any]:
    """Return the categories that state kinds, with these, and the kinds of the vocabulary."""
    possible = {
        pk: list_possible_kinds(name) for pk, name in Category.objects.values_list("pk", "name")
    }
    return [*_make_arrays(possible), list(KINDS)]


def _find_colour_parameters() -> list[Any]:
    """Return the colours that are stated of photos with a sure colour, with the possible ones."""
    seen = Image.objects.live().filter(facts__is_colour_sure=True)
    stated = seen.filter(facts__image_version=F("version")).exclude(colour="")
    colours = stated.order_by().values_list("colour", flat=True).distinct()
    possible = {colour: list_possible_colours(colour) for colour in colours}
    return [*_make_arrays(possible), f"$[*].colours[*] ? (@.share >= {MIN_MAIN_SHARE}).name"]


def _make_arrays(possible: dict[Any, frozenset[str]]) -> list[list[Any]]:
    """Return statements that can be compared, and what is possible with each, joined by bars."""
    known = {stated: names for stated, names in possible.items() if names}
    return [list(known), ["|".join(sorted(names)) for names in known.values()]]


_PARAMETERS = {"kind": _find_kind_parameters, "colour": _find_colour_parameters}
_IS_REVIEWED = """
    EXISTS (
        SELECT FROM catalog_contradictionreview AS review
        WHERE review.image_id = image.id AND review.image_version = image.version
            AND review.facet = '{facet}' AND review.stated = {stated}
    ) AS is_reviewed
"""
_SEEN = """
    FROM catalog_image AS image
    JOIN catalog_photofacts AS facts
        ON facts.image_id = image.id AND facts.image_version = image.version
"""
_PARTS = {
    "kind": f"""
        SELECT image.id AS image_id, {_IS_REVIEWED.format(facet="kind", stated="category.name")},
            'kind' AS facet, category.name AS stated, facts.kind AS seen,
            facts.kind_confidence AS confidence
        {_SEEN}
        JOIN catalog_category AS category ON category.id = image.category_id
        JOIN unnest(%s::uuid[], %s::text[]) AS possible (category, kinds)
            ON possible.category = category.id
        WHERE image.deleted_at IS NULL AND facts.is_kind_sure AND facts.kind = ANY(%s)
            AND NOT jsonb_path_query_array(facts.garments, '$[*].kind.value')
                ?| string_to_array(possible.kinds, '|')
    """,
    "colour": f"""
        SELECT image.id AS image_id, {_IS_REVIEWED.format(facet="colour", stated="image.colour")},
            'colour' AS facet, image.colour AS stated, facts.colour AS seen,
            facts.colour_confidence AS confidence
        {_SEEN}
        JOIN unnest(%s::text[], %s::text[]) AS possible (colour, names)
            ON possible.colour = image.colour
        WHERE image.deleted_at IS NULL AND facts.is_colour_sure
            AND NOT jsonb_path_query_array(facts.garments, %s::jsonpath)
                ?| string_to_array(possible.names, '|')
    """,
}
