"""Base classes of the views that show a shop's data."""

from typing import Any, ClassVar

from django.conf import settings
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from core.api.concurrency import Share
from core.api.names import refuse_unexpected_body
from core.api.throttling import Bucket
from core.api.views import ApiView
from core.tenancy import shop_scope
from tenants.api.audit_trail import audit_handler, audit_refusal
from tenants.api.authentication import Access, find_needed_scope
from tenants.api.cors import require_origin
from tenants.models import MANAGE_SHOP, MEMBER, Shop


class TenantMixin(ApiView):
    """Runs the handler in the tenancy scope of the caller's shop.

    Pages of other origins are refused first.
    """

    # Handler -> the method that makes its changes, where the handler then waits for a worker.
    audited_parts: ClassVar[dict[str, str]] = {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access = request.auth
        if isinstance(access, Access):
            self.scopes.enter_context(shop_scope(access.shop_id))
            audit_handler(self, request)

    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        if response.status_code == status.HTTP_403_FORBIDDEN:
            audit_refusal(self, self.request)
        return response

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        require_origin(request)

    def choose_buckets(self, request: Request) -> list[Bucket]:
        """Return the buckets of the caller.

        Managing the shop and one's account has a bucket of its own, which nothing else fills.
        """
        access = request.auth
        if not isinstance(access, Access):
            return super().choose_buckets(request)
        if find_needed_scope(self, request.method) in (MANAGE_SHOP, MEMBER):
            return [Bucket(f"management:{access.via}", settings.RATE_LIMIT_MANAGEMENT)]
        if key := access.publishable_key:
            return [
                Bucket(f"caller:{key}:{access.name_visitor(request)}", settings.RATE_LIMIT_CALLER),
                Bucket(f"key:{key}", settings.RATE_LIMIT_PUBLISHABLE),
            ]
        return [Bucket(f"shop:{access.shop_id}", settings.RATE_LIMIT_SHOP)]

    def choose_shares(self, request: Request) -> list[Share]:
        """Return how many requests may run at the same time: without limit for secret keys."""
        access = request.auth
        if not isinstance(access, Access):
            return super().choose_shares(request)
        if not access.publishable_key:
            return []
        # Of a visitor, whichever keys it uses.
        return [
            Share(f"visitor:{access.name_visitor(request)}", settings.CONCURRENT_CALLER),
            Share(f"key:{access.publishable_key}", settings.CONCURRENT_PUBLISHABLE),
        ]

    @property
    def access(self) -> Access:
        access: Access = self.request.auth  # type: ignore[assignment]
        return access

    def get_object(self) -> Any:
        """Return the row that the address names; then refuse a body that the request cannot have.

        In this order, because another shop's row is not found, whatever the body is.
        """
        row = super().get_object()  # type: ignore[misc]
        refuse_unexpected_body(self.request)
        return row

    @property
    def shop(self) -> Shop:
        return self.access.shop


class TenantAPIView(TenantMixin, GenericAPIView[Any]):
    """One view of a shop's data."""


class TenantViewSet(TenantMixin, GenericViewSet[Any]):
    """A resource of a shop; the managers of tenant-owned models limit querysets to this shop."""
