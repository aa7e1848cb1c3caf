"""The option `--shop` of the commands, and the indexes that it chooses."""

from argparse import ArgumentParser, ArgumentTypeError
from uuid import UUID

from django.core.management.base import CommandError

from catalog.models import VectorIndex
from tenants.models import Shop


def add_shop_option(parser: ArgumentParser, *, is_required: bool) -> None:
    parser.add_argument(
        "--shop", type=parse_shop_id, required=is_required, metavar="ID", help="the shop's id"
    )


def find_indexes(shop_id: UUID | None, *states: str) -> list[VectorIndex]:
    """Return indexes in these states, of one shop or of all; needs the scope of all shops.

    Raises `CommandError` if there is no such shop.
    """
    found = VectorIndex.objects.filter(state__in=states).select_related("shop").order_by("shop_id")
    if shop_id is None:
        return list(found)
    if not Shop.objects.filter(pk=shop_id).exists():
        raise CommandError(f"There is no shop {shop_id}.")
    return list(found.filter(shop_id=shop_id))


def parse_shop_id(text: str) -> UUID:
    """Return the id in an argument of a command."""
    try:
        return UUID(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not the id of a shop.") from error
