import os
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from core.postgres.security import grant_rights, install_scope_functions, secure_tables


class Command(migrate.Command):
    """Django's command, run as the owner of the tables, which then secures them."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        alias = options["database"]
        application: Any = connections[alias]
        with application.open_as_owner() as owner:
            # Checks and migrations take the connection from here.
            connections[alias] = owner
            try:
                output: str | None = super().execute(*args, **options)
                if not (options["plan"] or options["check_unapplied"]):
                    _secure(owner, application.settings_dict)
            finally:
                connections[alias] = application
        return output

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["plan"] or options["check_unapplied"]):
            install_scope_functions(connections[options["database"]])
        super().handle(*args, **options)


def _secure(owner: Any, application: dict[str, Any]) -> None:
    secure_tables(owner)
    if application["USER"] != owner.settings_dict["USER"]:
        password = application["PASSWORD"] or os.environ.get("PGPASSWORD", "")
        grant_rights(owner, role=application["USER"], password=password)
