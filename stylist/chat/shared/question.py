"""A shopper's question, and who asks it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from stylist.chat.shared.memory import Memory
from stylist.tagging.taxonomy import DEFAULT_TAXONOMY, Taxonomy


@dataclass(frozen=True, slots=True)
class ShopperProfile:
    """A shopper's stated taste; empty where it is unknown.

    `palette` has retail colour names; `disliked` kinds, patterns, styles and colours; `sizes` a
    size for each slot; `about` is free text.
    """

    palette: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    sizes: Mapping[str, str] = field(default_factory=dict)
    about: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return the known part as JSON data."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Question:
    """A shopper's message and its context.

    `text` may contain personal data. The same `message_id` gives the same wording of an answer.
    """

    text: str
    message_id: str
    shop_name: str
    profile: ShopperProfile = field(default_factory=ShopperProfile)
    memory: Memory = field(default_factory=Memory)
    taxonomy: Taxonomy = DEFAULT_TAXONOMY
