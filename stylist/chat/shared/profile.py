"""What is known of a shopper's taste when they are spoken with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ShopperProfile:
    """A shopper's stated taste; empty where nothing was said.

    `palette` has retail colour names; `disliked` kinds, patterns, styles and colours; `sizes` a
    size to each slot; `about` is free text.
    """

    palette: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    occasions: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()
    sizes: Mapping[str, str] = field(default_factory=dict)
    about: str = ""

    def to_data(self) -> dict[str, Any]:
        """Return what is known as what JSON can hold."""
        known = {
            "palette": list(self.palette),
            "styles": list(self.styles),
            "occasions": list(self.occasions),
            "disliked": list(self.disliked),
            "sizes": dict(self.sizes),
            "about": self.about,
        }
        return {name: value for name, value in known.items() if value}
