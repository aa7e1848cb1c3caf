"""Sessions, limits on guessing, mails, invitations and second factors of people."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models.shops import Membership


class Session(models.Model):
    """One sign-in of a person: the chain of refresh tokens that follow from it.

    Only the digest of the newest refresh token's id is stored. An older token of the chain has
    another digest, so its use shows that somebody copied it.
    """

    class End(models.TextChoices):
        SIGN_OUT = "sign_out"
        REUSE = "reuse"
        EVERYWHERE = "everywhere"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions"
    )
    token_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256, in hex.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    ended_by = models.CharField(max_length=10, choices=End.choices, blank=True, db_default="")

    def __str__(self) -> str:
        return str(self.pk)


class GuessBucket(models.Model):
    """A bucket of attempts (GCRA): `full_at` is the time at which all attempts are available."""

    key = models.CharField(max_length=64, primary_key=True, help_text="Keyed hash of the subject.")
    full_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Mail(models.Model):
    """A mail that waits to be sent. Links and their tokens are made when it is sent."""

    class Kind(models.TextChoices):
        WELCOME = "welcome"
        VERIFICATION = "verification"
        PASSWORD_RESET = "password_reset"  # noqa: S105 - a word, not a password
        PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, not a password
        INVITATION = "invitation"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=10, default="en")
    # The person or the invitation that the mail is about; none for a reset, whose address may
    # belong to nobody.
    subject_id = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now(), db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Invitation(models.Model):
    """An offer to a person, known by the address, to become a member of a shop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey("tenants.Shop", on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=8, choices=Membership.Role.choices)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("shop", "email"), name="invitation_once_per_address"),
        )

    def __str__(self) -> str:
        return f"{self.email} to {self.shop_id}"


class SecondFactor(models.Model):
    """A person's authenticator app (TOTP, RFC 6238); it counts once it is confirmed."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="second_factor",
    )
    secret = models.TextField(editable=False, help_text="Encrypted.")
    last_counter = models.BigIntegerField(
        default=0, editable=False, help_text="Codes up to this time step were used."
    )
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """A code for one sign-in without the authenticator app; deleted when it is used."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes"
    )
    digest = models.CharField(max_length=64, help_text="SHA-256, in hex.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "digest"), name="recovery_code_once"),
        )

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"
