"""Turn the records of a feed into products to write, with the facets that their texts mean."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.feeds.records import ProductRecord, RowProblem, VariantRecord
from catalog.models import AgeGroup, Category, Style
from catalog.products.specs import PhotoLink, ProductSpec
from catalog.taxonomy.resolution import CategoryMatch, read_categories
from core.downloads.addresses import DownloadRefused, check_address

# Texts whose facets are remembered; a feed repeats a few hundred.
MAX_REMEMBERED = 20_000


@dataclass(slots=True)
class FacetedRecord:
    """A record with its facets, and the problems of both.

    `digest` identifies what would be written; the same record has another one once a text means
    another facet.
    """

    record: ProductRecord
    category: Category | None
    styles: tuple[Style, ...]
    age_group: AgeGroup | None
    gender: str
    digest: str = ""
    problems: list[RowProblem] = field(default_factory=list)


class Conversion:
    """Converts the records of one import; needs the shop's scope."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._categories = read_categories()
        self._matches: dict[str, CategoryMatch] = {"": CategoryMatch()}
        self._facets: dict[tuple[type[Any], str], Any] = {}

    def draft(self, record: ProductRecord) -> FacetedRecord:
        """Find the facets of a record; makes a query for each text that is new."""
        match = self._match(record.category)
        styles = [self._find(Style, text) for text in record.styles]
        age_group = self._find(AgeGroup, record.age_group or match.age_group)
        draft = FacetedRecord(
            record,
            match.category,
            tuple(style for style in styles if style),
            age_group,
            record.gender or match.gender,
        )
        draft.problems += self._list_unknown(draft)
        draft.digest = self._make_digest(draft)
        return draft

    def make_spec(self, draft: FacetedRecord) -> ProductSpec:
        """Return the product to write; links that cannot be fetched become problems."""
        record = draft.record
        photos = tuple(self._check_photos(draft))
        facts: dict[str, Any] = {
            "name": record.name,
            "description": record.description,
            "category": draft.category,
            "styles": draft.styles,
            "age_group": draft.age_group,
            "brand": record.brand,
            "gender": draft.gender,
            "link": record.link,
            "attributes": dict(record.attributes),
            "source": self._source,
            # Without a digest, the next import looks at it again, and reports its links again.
            "source_digest": draft.digest if len(photos) == len(record.photos) else "",
        }
        if record.status:
            facts["status"] = record.status
        return ProductSpec(
            external_id=record.external_id,
            facts=facts,
            variants=[_describe_variant(variant, record) for variant in record.variants],
            photos=photos,
        )

    def _match(self, text: str) -> CategoryMatch:
        if (match := self._matches.get(text)) is None:
            if len(self._matches) > MAX_REMEMBERED:
                self._matches = {"": CategoryMatch()}
            match = self._matches[text] = self._categories.find(text)
        return match

    def _find(self, model: type[Any], text: str) -> Any:
        if not text:
            return None
        key = (model, text)
        if key not in self._facets:
            if len(self._facets) > MAX_REMEMBERED:
                self._facets.clear()
            self._facets[key] = model.objects.find(text)
        return self._facets[key]

    def _list_unknown(self, draft: FacetedRecord) -> Iterator[RowProblem]:
        record = draft.record
        if record.category and draft.category is None:
            detail = "The product has no category. Add an alias to one, or make your own."
            yield _report(record, "category", record.category, "category_unknown", detail)
        for style in record.styles:
            if self._find(Style, style) is None:
                detail = "The style is left out. Add an alias to one, or make your own."
                yield _report(record, "styles", style, "style_unknown", detail)
        if record.age_group and draft.age_group is None:
            detail = "The age group is left out. Add an alias to one, or make your own."
            yield _report(record, "age_group", record.age_group, "age_group_unknown", detail)

    def _make_digest(self, draft: FacetedRecord) -> str:
        facets = (draft.category, *draft.styles, draft.age_group)
        names = " ".join(str(facet.pk) if facet else "" for facet in facets)
        return hashlib.sha256(f"{draft.record.digest()} {names}".encode()).hexdigest()

    def _check_photos(self, draft: FacetedRecord) -> Iterator[PhotoLink]:
        for photo in draft.record.photos:
            try:
                yield PhotoLink(str(check_address(photo.url)), photo.skus)
            except DownloadRefused as error:
                draft.problems.append(
                    _report(draft.record, "images", photo.url, error.code, error.message)
                )


def _describe_variant(variant: VariantRecord, record: ProductRecord) -> Mapping[str, Any]:
    values: dict[str, Any] = {
        "sku": variant.sku,
        "name": variant.name,
        "size": variant.size,
        "size_system": variant.size_system,
        "colour": variant.colour,
        "price": variant.price,
        "sale_price": variant.sale_price,
        "currency": variant.currency,
        "stock": variant.stock,
        "link": "" if variant.link == record.link else variant.link,
    }
    if variant.availability:
        values["availability"] = variant.availability
    return values


def _report(record: ProductRecord, column: str, value: str, code: str, detail: str) -> RowProblem:
    return RowProblem(record.row, column, value, code, detail)
