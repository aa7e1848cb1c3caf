"""Encryption of secrets that the product must be able to read again."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def make_cipher(purpose: bytes) -> MultiFernet:
    """Return the cipher for a purpose; its keys are derived from `SECRET_KEY` by HKDF (RFC 5869).

    It encrypts with the current key and also reads what those of `SECRET_KEY_FALLBACKS` encrypted.
    """
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derive_key(key, purpose)) for key in keys])


def _derive_key(secret_key: str, purpose: bytes) -> bytes:
    derivation = HKDF(SHA256(), length=32, salt=None, info=purpose)
    return urlsafe_b64encode(derivation.derive(secret_key.encode()))
