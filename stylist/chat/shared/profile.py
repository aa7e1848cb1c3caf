"""The taste of the shopper who asks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


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
