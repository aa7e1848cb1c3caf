"""A check of the installation: every node that has a shop's collections is in the settings."""

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from catalog.indexing.nodes import find_missing_nodes


# For `check --deploy` only: `migrate` also runs checks of the database, and a node that is missing
# must not stop a release, since search goes on without it.
@register(Tags.database, deploy=True)
def check_nodes(*, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """Return an error for each Chroma node that shops need and the settings lack."""
    if not databases:
        return []
    return [Error(str(node), id="catalog.E001") for node in find_missing_nodes()]
