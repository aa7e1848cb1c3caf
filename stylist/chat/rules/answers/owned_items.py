"""What the shopper owns of some kinds."""

from collections.abc import Collection

from stylist.chat.rules.answers.context import AnswerContext
from stylist.chat.shared.garment_kinds import kinds_under
from stylist.chat.shared.phrasing import is_colour
from stylist.chat.shared.tools import Item


def find_owned(
    context: AnswerContext,
    *,
    kinds: Collection[str] = (),
    slots: Collection[str] = (),
    colours: Collection[str] = (),
) -> list[Item]:
    """Return own garments of these kinds and those under them, slots and colours; none is any."""
    under = {name for kind in kinds for name in kinds_under(kind, context.taxonomy)}
    return [
        item
        for item in context.tools.my_wardrobe()
        if (not under or item.kind in under)
        and (not slots or item.slot in slots)
        and (not colours or is_colour(item, colours))
    ]
