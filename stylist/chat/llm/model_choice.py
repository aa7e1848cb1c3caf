"""The language model of a shop's stylist, if it has one; a shop's key is stored encrypted."""

import base64
import hashlib
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from core.errors import DomainError
from stylist.chat.llm.client import ModelSettings
from stylist.models import StylistSettings
from tenants.models import Shop

PURPOSE = b"atelier stylist model key"


class ModelServerUnknown(DomainError):
    """The operators allow no language model server with this name."""

    code = "model_server_unknown"

    def __init__(self) -> None:
        names = ", ".join(settings.STYLIST_MODEL_SERVERS) or "none"
        super().__init__(f"There is no such server; there are: {names}.", field="server")


def find_model(shop_id: UUID) -> ModelSettings | None:
    """Return the model of a shop, else of the installation; None if the rules answer."""
    chosen = StylistSettings.objects.filter(shop_id=shop_id).first()
    if chosen and chosen.model_server in settings.STYLIST_MODEL_SERVERS:
        server, name, key = chosen.model_server, chosen.model_name, _decrypt(chosen.model_key)
    elif server := settings.STYLIST_MODEL_SERVER:
        name, key = settings.STYLIST_MODEL_NAME, settings.STYLIST_MODEL_KEY
    else:
        return None
    return ModelSettings(
        address=settings.STYLIST_MODEL_SERVERS[server],
        name=name,
        key=key,
        timeout=settings.STYLIST_MODEL_SECONDS,
    )


def choose_model(*, shop: Shop, server: str, name: str, key: str | None) -> StylistSettings:
    """Set a shop's own model; an empty server selects the installation's.

    The key stays unchanged if it is None. Raises `ModelServerUnknown`.
    """
    if server and server not in settings.STYLIST_MODEL_SERVERS:
        raise ModelServerUnknown
    fields = {"model_server": server, "model_name": name}
    if key is not None:
        fields["model_key"] = _make_fernet().encrypt(key.encode()).decode() if key else ""
    chosen, _ = StylistSettings.objects.update_or_create(shop=shop, defaults=fields)
    return chosen  # type: ignore[no-any-return]


def _decrypt(token: str) -> str:
    """Return the key, or nothing if the installation's secret has changed since."""
    try:
        return _make_fernet().decrypt(token.encode()).decode() if token else ""
    except InvalidToken:
        return ""


def _make_fernet() -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, key=PURPOSE).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
