"""The authentication backend of Django, and with it of the admin."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core.api.throttling import find_address
from tenants.accounts.sign_in import check_credentials
from tenants.models import User


class AddressBackend(ModelBackend):
    """Signs people in with the limits of the API; raises `TooManyGuesses`."""

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_: Any,
    ) -> User | None:
        if username is None or password is None:
            return None
        client = find_address(request) if request else ""
        return check_credentials(email=username, password=password, client=client)
