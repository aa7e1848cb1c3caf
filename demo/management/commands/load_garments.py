import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from catalog.models import AgeGroup, Category, Image, Style
from catalog.services import create_image
from core.photos import open_photo
from core.tenancy import all_shops, shop_scope
from demo.management.commands.generate_garments import LIST_NAME
from tenants.models import Shop

TEXTS = ("name", "description", "colour", "gender", "brand", "sku", "item_group_id", "currency")
# Kinds whose default category has another name.
CATEGORY_OF = {"jumper": "sweater", "sneakers": "shoes"}


class Command(BaseCommand):
    help = "Load the garments of generate_garments into a shop, except those that it has."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--shop", required=True, help="the shop's id")

    def handle(self, *args: Any, folder: Path, shop: str, **options: Any) -> None:
        rows, owner = self._read(folder), self._shop(shop)
        with shop_scope(owner.pk):
            known = set(Image.objects.live().values_list("sku", flat=True))
            for done, row in enumerate(rows, 1):
                if row["sku"] not in known:
                    self._load(folder, row, owner)
                self.stdout.write(f"{done}/{len(rows)}")
                self.stdout.flush()

    def _read(self, folder: Path) -> list[dict[str, Any]]:
        try:
            rows: list[dict[str, Any]] = json.loads((folder / LIST_NAME).read_text("utf-8"))
        except (OSError, ValueError) as error:
            message = f"There are no garments in {folder}: run generate_garments first."
            raise CommandError(message) from error
        return rows

    def _shop(self, reference: str) -> Shop:
        try:
            with all_shops():
                return Shop.objects.get(pk=UUID(reference))
        except (Shop.DoesNotExist, ValueError) as error:
            raise CommandError(f"There is no shop {reference}.") from error

    def _load(self, folder: Path, row: dict[str, Any], shop: Shop) -> None:
        kind = row["features"]["kind"]
        fields: dict[str, Any] = {name: row[name] for name in TEXTS}
        fields |= {
            "price": Decimal(row["price"]),
            "availability": row["availability"],
            "attributes": row["attributes"],
            "category": self._facet(Category, CATEGORY_OF.get(kind, kind), shop),
            "styles": [self._facet(Style, name, shop) for name in row["styles"]],
            "age_group": self._facet(AgeGroup, row["age_group"], shop),
        }
        with (folder / row["photo"]).open("rb") as file:
            create_image(shop=shop, photo=open_photo(file), fields=fields)

    def _facet(self, model: Any, name: str, shop: Shop) -> Any:
        """Return the default facet of a name, or the shop's own, which is created if missing."""
        found = model.objects.visible().named(name).first()
        return found or model.objects.create(shop=shop, name=name)
