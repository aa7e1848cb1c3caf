from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"

    def ready(self) -> None:
        from corsheaders.signals import check_request_enabled

        from tenants.api import openapi  # noqa: F401 - registers the security schemes
        from tenants.api.cors import allow_origin

        check_request_enabled.connect(allow_origin)
