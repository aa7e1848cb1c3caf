"""Open the API to pages of other origins: those that a publishable key allows.

Preflights contain no key. They are answered on the routes of publishable keys, for the origins of
all active ones. The request itself is refused unless its own key allows the origin.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from core.api.throttling import Bucket, count_request, find_address
from tenants.api.authentication import Access, find_needed_scope
from tenants.models import PUBLISHABLE_SCOPES
from tenants.origins import is_known_open, is_open


def allow_origin(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Return whether the response may be read by a page of the request's origin.

    A receiver of django-cors-headers. An error before authentication can be read by the origins
    for which a preflight was answered lately.
    """
    origin = request.headers.get("Origin", "")
    preflight_method = request.headers.get("Access-Control-Request-Method")
    is_preflight = request.method == "OPTIONS" and preflight_method is not None
    method = preflight_method if is_preflight else request.method
    if not origin or not _is_publishable_route(request.path_info, str(method)):
        return False
    if is_preflight:
        return _is_within_limit(request) and is_open(origin)
    access = getattr(request, "auth", None)
    return origin in access.origins if isinstance(access, Access) else is_known_open(origin)


def require_origin(request: Request) -> None:
    """Refuse a page of another origin that the key does not allow."""
    origin = request.headers.get("Origin")
    access = request.auth
    if origin is None or not isinstance(access, Access) or origin in access.origins:
        return
    if not _is_own_origin(request, origin):
        message = "Pages of this origin may not use this key: see “Keys in a browser”."
        raise PermissionDenied(message, code="origin_not_allowed")


def _is_own_origin(request: Request, origin: str) -> bool:
    """Return whether a page of this server sent the request.

    A proxy may hide the scheme from us, so only hosts and ports are compared.
    """
    own = [f"//{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS]
    try:
        return urlsplit(origin).netloc in [urlsplit(each).netloc for each in own]
    except ValueError:
        return False


def _is_within_limit(request: HttpRequest) -> bool:
    bucket = Bucket(f"preflight:{find_address(request)}", settings.RATE_LIMIT_CALLER)
    count = count_request([bucket])
    return count is None or count.is_allowed


def _is_publishable_route(path: str, method: str) -> bool:
    """Return whether a publishable key has the scope that this route and method need."""
    try:
        view: Any = resolve(path).func
    except Resolver404:
        return False
    view_class = getattr(view, "cls", None)
    handlers = getattr(view, "actions", None) or dir(view_class)
    if method not in settings.CORS_ALLOW_METHODS or method.lower() not in handlers:
        return False
    return find_needed_scope(view_class, method) in PUBLISHABLE_SCOPES
