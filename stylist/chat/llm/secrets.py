"""Keys that shops entrust to us: encrypted at rest with a key made of the installation's secret."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

PURPOSE = b"atelier stylist model key"


def encrypt(text: str) -> str:
    """Return a text encrypted; empty stays empty."""
    return _fernet().encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """Return the text again; empty when the installation's secret is another by now."""
    try:
        return _fernet().decrypt(token.encode()).decode() if token else ""
    except InvalidToken:
        return ""


def _fernet() -> Fernet:
    digest = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32, key=PURPOSE).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
