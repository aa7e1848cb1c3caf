"""The second factor of a person: codes of an authenticator app (TOTP), and recovery codes."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import AuthenticationFailed

from core.errors import Conflict, DomainError
from tenants.accounts import guesses
from tenants.encryption import make_cipher
from tenants.models import RecoveryCode, SecondFactor, User

ISSUER = "Atelier"
PURPOSE = b"tenants.second_factor"
SECRET_BYTES, DIGITS, PERIOD_SECONDS = 20, 6, 30
# Clocks of phones may be off by one period.
TOLERANCE = 1
RECOVERY_CODES, RECOVERY_BYTES = 10, 10


class WrongCode(DomainError):
    """The code is not the current one, or was already used."""

    code = "wrong_code"
    message = "This code is not valid, or was already used; wait for the next one."


class NoSecondFactor(Conflict):
    """The person has not started to set a second factor up, or has none."""

    code = "no_second_factor"
    message = "There is no second factor to confirm or remove."


class SecondFactorExists(Conflict):
    """The person has a second factor; it must be removed first."""

    code = "second_factor_exists"
    message = "You already have a second factor; remove it first."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret in base 32, and the same as an address."""

    secret: str
    uri: str


def start(user: User) -> Enrolment:
    """Make a new secret, which counts once `confirm` got a code of it."""
    if is_enabled(user):
        raise SecondFactorExists
    secret = secrets.token_bytes(SECRET_BYTES)
    SecondFactor.objects.update_or_create(
        user=user,
        defaults={"secret": make_cipher(PURPOSE).encrypt(secret).decode(), "last_counter": 0},
    )
    uri = _totp(secret).get_provisioning_uri(user.email, ISSUER)
    return Enrolment(base64.b32encode(secret).decode().rstrip("="), uri)


def confirm(user: User, code: str) -> list[str]:
    """Enable the second factor; return recovery codes, which are shown only this once."""
    factor = SecondFactor.objects.filter(user=user).first()
    if factor is None:
        raise NoSecondFactor
    if factor.confirmed_at:
        raise SecondFactorExists
    guesses.take(guesses.CODES, str(user.pk))
    if not _use_code(factor, code):
        raise WrongCode
    guesses.give_back(guesses.CODES, str(user.pk))
    codes = [_make_recovery_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        SecondFactor.objects.filter(pk=user.pk).update(confirmed_at=timezone.now())
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(
            [RecoveryCode(user=user, digest=_digest(each)) for each in codes]
        )
    return codes


def remove(user: User, code: str) -> None:
    """Disable the second factor after a valid code."""
    if not is_enabled(user):
        raise NoSecondFactor
    if not check(user, code):
        raise WrongCode
    reset(user)


def reset(user: User) -> None:
    """Disable the second factor without a code; for operators."""
    with transaction.atomic():
        SecondFactor.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()


def is_enabled(user: User) -> bool:
    return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def require(user: User, code: str) -> None:
    """Raise `AuthenticationFailed` unless the person has no second factor or the code is valid."""
    if not is_enabled(user):
        return
    if not code:
        message = "Send the code of your authenticator app, or a recovery code, as `code`."
        raise AuthenticationFailed(message, code="code_required")
    if not check(user, code):
        raise AuthenticationFailed(WrongCode.message, code=WrongCode.code)


def check(user: User, code: str) -> bool:
    """Use a code of the app or a recovery code up; raises `TooManyGuesses`."""
    guesses.take(guesses.CODES, str(user.pk))
    factor = SecondFactor.objects.get(user=user)
    is_valid = _use_code(factor, code) or _use_recovery_code(user, code)
    if is_valid:
        guesses.give_back(guesses.CODES, str(user.pk))
    return is_valid


def _use_code(factor: SecondFactor, code: str) -> bool:
    """Use a code up: the condition of the update lets exactly one of concurrent uses pass."""
    totp = _totp(make_cipher(PURPOSE).decrypt(factor.secret.encode()))
    step = int(time.time()) // PERIOD_SECONDS
    for counter in range(step - TOLERANCE, step + TOLERANCE + 1):
        expected = totp.generate(counter * PERIOD_SECONDS).decode()
        if constant_time_compare(expected, code.replace(" ", "")):
            unused = SecondFactor.objects.filter(pk=factor.pk, last_counter__lt=counter)
            return unused.update(last_counter=counter) == 1
    return False


def _use_recovery_code(user: User, code: str) -> bool:
    deleted, _ = RecoveryCode.objects.filter(user=user, digest=_digest(code)).delete()
    return deleted == 1


def _make_recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _digest(code: str) -> str:
    """Return what is stored: a random code of 80 bits needs no slow hash."""
    normal = code.lower().replace("-", "").replace(" ", "")
    return hashlib.sha256(normal.encode()).hexdigest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, hashes.SHA1(), PERIOD_SECONDS)  # noqa: S303 - what authenticator apps use
