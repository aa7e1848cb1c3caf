"""A view names the scope it needs; a caller without it is told which one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tenants.api.authentication import Access

if TYPE_CHECKING:
    # DRF reads this class from the settings while it defines `APIView`.
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Closed by default: a view without `read_scope` or `write_scope` lets nobody in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Access):
            raise NotAuthenticated("Send a key: `Authorization: Api-Key …`.")
        kind = "read_scope" if request.method in SAFE_METHODS else "write_scope"
        needed = getattr(view, kind, None)
        if needed is None:
            if request.method not in view.allowed_methods:
                raise MethodNotAllowed(str(request.method))
            return False
        if needed not in request.auth.scopes:
            message = f"This key lacks the scope `{needed}`."
            raise PermissionDenied(message, code="insufficient_scope")
        return True
