"""A filter on facets, as a condition in Chroma and in Postgres.

Chroma's condition narrows the candidates, so that enough of them are left. Postgres checks them
again, and also price and availability: they change often, and Chroma has no copy of them.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from catalog.models import AgeGroup, Category, Image, Style


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Facets that an image must have: of each one that is set, any of the values."""

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
        """Return the filter in Chroma's query language; None if it has no condition there."""
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
            # A subquery, since a join would return an image once for each of its styles.
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
