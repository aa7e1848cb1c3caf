"""Addresses on the web that a client names, and a worker fetches from."""

from typing import Any

from rest_framework import serializers

from core.downloads.addresses import MAX_ADDRESS_LENGTH, DownloadRefused, check_address

ADDRESS_HELP = "Where a worker fetches it, by https or http from a public address."


class PublicAddressField(serializers.CharField):
    """An address of the public internet, as far as it shows without asking for it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": MAX_ADDRESS_LENGTH, "help_text": ADDRESS_HELP, **kwargs})

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        if not value:
            return value
        try:
            return str(check_address(value))
        except DownloadRefused as error:
            raise serializers.ValidationError(error.message, code=error.code) from error
