"""What images are filtered by, said once for Chroma and once for Postgres.

Postgres is asked last and has the final say; Chroma's copy narrows the candidates, so that
a filter leaves enough of them. Price and availability change often and are not copied.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from catalog.models import AgeGroup, Category, Image, Style


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Facets an image must have; within one facet any of the values will do."""

    categories: tuple[Category, ...] = ()
    styles: tuple[Style, ...] = ()
    age_groups: tuple[AgeGroup, ...] = ()
    colours: tuple[str, ...] = ()
    genders: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    availability: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    exclude: tuple[str, ...] = field(default=())

    def where(self) -> dict[str, Any] | None:
        """Return the filter in Chroma's words; None when it does not narrow anything there."""
        clauses: list[dict[str, Any]] = [
            {name: {"$in": list(values)}}
            for name, values in (
                ("category", [str(category.pk) for category in self.categories]),
                ("age_group", [str(group.pk) for group in self.age_groups]),
                ("colour", [colour.lower() for colour in self.colours]),
                ("gender", [gender.lower() for gender in self.genders]),
                ("brand", [brand.lower() for brand in self.brands]),
            )
            if values
        ]
        if self.styles:
            wanted = [{"styles": {"$contains": str(style.pk)}} for style in self.styles]
            clauses.append(wanted[0] if len(wanted) == 1 else {"$or": wanted})
        if len(clauses) > 1:
            return {"$and": clauses}
        return clauses[0] if clauses else None

    def condition(self) -> Q:
        """Return the filter as a condition on `Image`."""
        condition = ~Q(pk__in=self.exclude) if self.exclude else Q()
        if self.categories:
            condition &= Q(category__in=self.categories)
        if self.age_groups:
            condition &= Q(age_group__in=self.age_groups)
        if self.styles:
            # A subquery, since a join would answer an image once for each style it has.
            having = Image.styles.through.objects.filter(style__in=self.styles)
            condition &= Q(pk__in=having.values("image_id"))
        for name, values in (
            ("colour", self.colours),
            ("gender", self.genders),
            ("brand", self.brands),
        ):
            if values:
                condition &= Q(
                    *(Q(**{f"{name}__iexact": value}) for value in values), _connector=Q.OR
                )
        if self.availability:
            condition &= Q(availability__in=self.availability)
        if self.price_min is not None:
            condition &= Q(price__gte=self.price_min)
        if self.price_max is not None:
            condition &= Q(price__lte=self.price_max)
        return condition


def chroma_facets(image: Image) -> dict[str, Any]:
    """Return the facets of an image as Chroma keeps them beside its vector."""
    facets: dict[str, Any] = {
        # Chroma refuses metadata that is empty.
        "version": image.version,
        "category": str(image.category_id or ""),
        "age_group": str(image.age_group_id or ""),
        "colour": image.colour.lower(),
        "gender": image.gender.lower(),
        "brand": image.brand.lower(),
    }
    if styles := [str(style.pk) for style in image.styles.all()]:
        facets["styles"] = styles
    return facets
