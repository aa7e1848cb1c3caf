"""Views of the stylist: the key scope they need, and the shopper that an address names."""

from typing import Any

from django.http import Http404

from recommendations.feedback.shoppers import find_shopper
from tenants.models import Scope, Shop, Shopper


class StylistMixin:
    """Secret keys only: wardrobes and conversations are personal data."""

    read_scope = write_scope = Scope.STYLIST


class ShopperMixin(StylistMixin):
    """Views of one shopper, named by `external_id` in the address."""

    kwargs: dict[str, Any]
    shop: Shop

    @property
    def shopper(self) -> Shopper | None:
        """The shopper that the address names, or None."""
        return find_shopper(self.shop, self.kwargs["external_id"])

    def known_shopper(self) -> Shopper:
        """Return the shopper that the address names; answers 404 without one."""
        if (found := self.shopper) is None:
            raise Http404
        return found
