"""The live items that a message points at."""

from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.rules.answers.owned_items import find_owned
from stylist.chat.shared.intent import Reference
from stylist.chat.shared.tools import Item


def resolve(context: AnswerContext) -> list[Item]:
    """Return the items pointed at, in order; those that are gone, or were never there, are not."""
    found: dict[str, Item] = {}
    for reference in context.intent.references:
        for item in _items(reference, context):
            found.setdefault(item.id, item)
    return list(found.values())


def _items(reference: Reference, context: AnswerContext) -> list[Item]:
    if reference.is_owned:
        kinds, colours = (
            tuple(filter(None, (name,))) for name in (reference.garment, reference.colour)
        )
        return find_owned(context, kinds=kinds, colours=colours)[:1]
    return context.tools.item_details(reference.ids) if reference.ids else []
