"""Fields of requests: of accounts, and currencies."""

import re
from typing import Any

from django.core.validators import EmailValidator
from rest_framework import serializers

from tenants.models.credentials import normalize_address

MAX_ADDRESS_LENGTH = 254


class AddressValidator(EmailValidator):
    """Accepts letters of every script before the `@` (RFC 6531)."""

    user_regex = re.compile(r"[-!#$%&'*+/=?^_`{}|~\w]+(\.[-!#$%&'*+/=?^_`{}|~\w]+)*\Z")


class AddressField(serializers.CharField):
    """An e-mail address in its normal form."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_ADDRESS_LENGTH, **options)
        self.validators.append(AddressValidator())

    def to_internal_value(self, data: Any) -> str:
        return normalize_address(super().to_internal_value(data))


class PasswordField(serializers.CharField):
    """A password to check."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=128, trim_whitespace=False, **options)


class NewPasswordField(PasswordField):
    """A password to set."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=8, **options)


class CodeField(serializers.CharField):
    """A code of the second factor, if the person has one."""

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        options.setdefault(
            "help_text", "A code of the person's authenticator app, or a recovery code."
        )
        if not required:
            options |= {"default": "", "allow_blank": True}
        super().__init__(max_length=40, required=required, **options)


def validate_currency(value: str) -> str:
    """Return a currency in upper case; raise `ValidationError` if it has not three letters."""
    if value and not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise serializers.ValidationError("A three-letter code of ISO 4217, such as EUR.")
    return value.upper()


class CurrencyField(serializers.CharField):
    """A currency, in upper case."""

    def to_internal_value(self, data: Any) -> str:
        return validate_currency(super().to_internal_value(data))


class LinkTokenField(serializers.CharField):
    """The token of a link: what is behind `#`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=400, **options)
