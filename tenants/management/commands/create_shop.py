from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.services import create_shop


class Command(BaseCommand):
    help = "Create a shop and print its API key, which is shown only this once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        if not 0 < len(name.strip()) <= 120:
            raise CommandError("A shop's name has 1 to 120 characters.")
        shop, secret = create_shop(name=name.strip())
        self.stderr.write(f"Shop {shop.name!r} has the id {shop.id}. Its key, shown only once:")
        self.stdout.write(secret)
