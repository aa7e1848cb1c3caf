from typing import Any

from django.core.management.commands import dumpdata

from core.tenancy import all_shops


class Command(dumpdata.Command):
    """Django's command, for the rows of all shops."""

    def handle(self, *args: Any, **options: Any) -> None:
        with all_shops():
            super().handle(*args, **options)
