"""Which language model a shop's stylist speaks with, if any."""

from uuid import UUID

from django.conf import settings

from core.errors import DomainError
from stylist.chat.llm.client import ModelSettings
from stylist.chat.llm.secrets import decrypt, encrypt
from stylist.models import StylistSettings
from tenants.models import Shop


class ModelServerUnknown(DomainError):
    """Operators allow no language model server of this name."""

    code = "model_server_unknown"

    def __init__(self) -> None:
        names = ", ".join(settings.STYLIST_MODEL_SERVERS) or "none"
        super().__init__(f"There is no such server; there are: {names}.", field="server")


def find_model(shop_id: UUID) -> ModelSettings | None:
    """Return the model of a shop, else the installation's; None where the rules speak."""
    chosen = StylistSettings.objects.filter(shop_id=shop_id).first()
    servers = settings.STYLIST_MODEL_SERVERS
    if chosen and chosen.model_server in servers:
        return _settings(chosen.model_server, chosen.model_name, decrypt(chosen.model_key))
    if settings.STYLIST_MODEL_SERVER:
        return _settings(
            settings.STYLIST_MODEL_SERVER, settings.STYLIST_MODEL_NAME, settings.STYLIST_MODEL_KEY
        )
    return None


def choose_model(*, shop: Shop, server: str, name: str, key: str | None) -> StylistSettings:
    """Set a shop's own model; an empty server goes back to the installation's.

    A key that is None stays as it is. Raises `ModelServerUnknown`.
    """
    if server and server not in settings.STYLIST_MODEL_SERVERS:
        raise ModelServerUnknown
    fields = {"model_server": server, "model_name": name}
    if key is not None:
        fields["model_key"] = encrypt(key)
    chosen, _ = StylistSettings.objects.update_or_create(shop=shop, defaults=fields)
    return chosen  # type: ignore[no-any-return]


def _settings(server: str, name: str, key: str) -> ModelSettings:
    return ModelSettings(
        address=settings.STYLIST_MODEL_SERVERS[server],
        name=name,
        key=key,
        deadline=settings.STYLIST_MODEL_SECONDS,
    )
