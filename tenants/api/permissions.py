"""Key scopes that views require."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tenants.api.authentication import Access

if TYPE_CHECKING:
    # A cycle otherwise: DRF imports this module while it defines `APIView`.
    from rest_framework.views import APIView


class HasScope(BasePermission):
    """Requires a view's `read_scope` or `write_scope`; a view without them refuses every caller."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, Access):
            raise NotAuthenticated("Send a key: `Authorization: Api-Key …`.")
        is_read = request.method in SAFE_METHODS
        needed = getattr(view, "read_scope" if is_read else "write_scope", None)
        if needed is None:
            if request.method not in view.allowed_methods:
                raise MethodNotAllowed(str(request.method))
            return False
        if needed not in request.auth.scopes:
            message = f"This key lacks the scope `{needed}`."
            raise PermissionDenied(message, code="insufficient_scope")
        return True
