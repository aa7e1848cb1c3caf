"""The tenancy scope of the admin."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from core.tenancy import all_shops


class OperatorScopeMiddleware:
    """Lets requests of signed-in staff below `/admin/`, and no others, query all shops."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_admin = request.path.startswith(reverse("admin:index"))
        if not (is_admin and request.user.is_active and request.user.is_staff):
            return self.get_response(request)
        with all_shops():
            return self.get_response(request)
