"""Base classes of the views that show a shop's data."""

from contextlib import ExitStack
from typing import Any

import structlog
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from core.api.views import ApiView
from core.tenancy import shop_scope
from tenants.api.authentication import Access
from tenants.models import Shop


class TenantMixin(ApiView):
    """Runs the handler in the tenancy scope of the caller's shop; logs shop and caller."""

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with ExitStack() as self._scopes:
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        access = request.auth
        if isinstance(access, Access):
            self._scopes.enter_context(shop_scope(access.shop_id))
            self._scopes.enter_context(
                structlog.contextvars.bound_contextvars(shop=str(access.shop_id), caller=access.via)
            )

    @property
    def shop(self) -> Shop:
        access: Access = self.request.auth  # type: ignore[assignment]
        return access.shop


class TenantAPIView(TenantMixin, GenericAPIView[Any]):
    """One view of a shop's data."""


class TenantViewSet(TenantMixin, GenericViewSet[Any]):
    """A resource of a shop; the managers of tenant-owned models limit querysets to this shop."""
