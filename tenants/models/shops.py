"""Shops, people, shoppers and API keys."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from core.text import LANGUAGES
from tenants.models.credentials import find_match, hash_password, normalize_address

LAST_USE_PRECISION = timedelta(minutes=1)


class Shop(models.Model):
    """A tenant: one clothing shop."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(
        default=True, help_text="An inactive shop's keys and members are refused; nothing is lost."
    )
    holds_photos = models.BooleanField(
        default=False,
        editable=False,
        help_text="New photos are held until their quality was looked at: see its quality policy.",
    )
    default_currency = models.CharField(
        max_length=3,
        blank=True,
        default="",
        db_default="",
        help_text="ISO 4217: of prices without a currency, and of price filters that name none. "
        "If it is empty, the first price with a currency sets it.",
    )
    language = models.CharField(
        max_length=2,
        choices=[(code, code) for code in LANGUAGES],
        default="en",
        db_default="en",
        help_text="ISO 639: of the names and descriptions of products. Search compares the stems "
        "of its words, so that singular and plural are one.",
    )
    words_counted_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the words of its products were counted, for spelling and suggestions.",
    )
    search_version = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Grows with each change of what processes cache for the shop's searches.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail address, in its normal form."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=normalize_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields.setdefault("email_verified_at", timezone.now())
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def with_address(self, email: str) -> models.QuerySet[User]:
        """Return the people who claim an address: who verified it, then the others by age."""
        return self.filter(email=normalize_address(email)).order_by(
            models.F("email_verified_at").asc(nulls_last=True), "id"
        )

    def get_by_natural_key(self, username: str | None) -> User:
        user = self.with_address(username or "").first()
        if user is None:
            raise User.DoesNotExist
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person: a member of a shop, an operator of Atelier, or both.

    An address belongs to the person who verified it. Until then several people may claim it, so
    that registering does not reveal who else did.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(db_index=True)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False, help_text="May open the operators' admin.")
    is_active = models.BooleanField(default=True)
    # Every token and session contains it; a new value ends them all.
    session_epoch = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("email",),
                condition=models.Q(email_verified_at__isnull=False),
                name="user_email_verified_once",
                violation_error_message="Another person has verified this address.",
            ),
        )

    def __str__(self) -> str:
        return self.email

    @classmethod
    def normalize_username(cls, username: str) -> str:
        return normalize_address(username)

    @property
    def has_verified_email(self) -> bool:
        return self.email_verified_at is not None

    def set_password(self, raw_password: str | None) -> None:
        """Set the password, and end all sessions once the person is saved."""
        self._password = raw_password
        self.password = hash_password(raw_password, email=self.email)
        if not self._state.adding:
            self.renew_epoch()

    def check_password(self, raw_password: str | None) -> bool:
        return raw_password is not None and find_match([self], raw_password) is not None

    def renew_epoch(self) -> None:
        """End every session and access token, once the person is saved."""
        self.session_epoch = secrets.randbelow(2**31 - 1) + 1

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what ends sessions of the admin when it changes."""
        value = f"{self.password}{self.session_epoch}" if self.session_epoch else self.password
        return salted_hmac(
            "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash",
            value,
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class Membership(models.Model):
    """A person's role in a shop."""

    class Role(models.TextChoices):
        OWNER = "owner"
        EDITOR = "editor"
        VIEWER = "viewer"
        # The old name of editors; the previous release still writes it.
        STAFF = "staff", "Editor (old name)"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.EDITOR)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop", "user"), name="membership_once_per_shop"),
        )

    def __str__(self) -> str:
        return f"{self.user} at {self.shop}"

    @property
    def effective_role(self) -> Membership.Role:
        is_old = self.role == self.Role.STAFF
        return self.Role.EDITOR if is_old else self.Role(self.role)


# What the API accepts and returns: without the old name.
ROLES = [(role.value, role.label) for role in Membership.Role if role is not Membership.Role.STAFF]


MAX_SHOPPER_ID_LENGTH = 200
# Characters that a URL segment cannot contain, and segments that clients remove from URLs.
FORBIDDEN_CHARACTERS, FORBIDDEN_IDS = frozenset("/\0"), frozenset((".", ".."))


def is_shopper_id(text: str) -> bool:
    """Return whether a shopper can have this external id."""
    is_allowed = 0 < len(text) <= MAX_SHOPPER_ID_LENGTH and text not in FORBIDDEN_IDS
    # Half of a surrogate pair cannot be stored.
    has_surrogates = any("\ud800" <= character <= "\udfff" for character in text)
    return is_allowed and not has_surrogates and FORBIDDEN_CHARACTERS.isdisjoint(text)


class Shopper(models.Model):
    """A customer of a shop, identified only by the shop's own `external_id`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=MAX_SHOPPER_ID_LENGTH)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("shop", "external_id"), name="shopper_once_per_shop"),
        )
        indexes = (models.Index(fields=("shop", "-id"), name="shopper_newest"),)

    def __str__(self) -> str:
        return self.external_id


class ShopperSigningSecret(models.Model):
    """A secret by which a shop's server signs shopper tokens; its id is their `kid`.

    HS256 needs the secret itself, so it is encrypted and not hashed: see `tenants.shopper_tokens`.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    encrypted_secret = models.TextField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return str(self.pk)


class Scope(models.TextChoices):
    """What an API key may do."""

    CATALOG_READ = "catalog:read"
    CATALOG_WRITE = "catalog:write"
    RECOMMEND = "recommend"
    STYLIST = "stylist"


# Only owners have this scope: a leaked key must not be able to create others.
MANAGE_SHOP = "shop:manage"
# Only members have this scope, for their own account.
MEMBER = "member"
# Without catalog:read, which also shows drafts and the prompts of all shoppers.
PUBLISHABLE_SCOPES = (Scope.RECOMMEND,)


def all_scopes() -> list[str]:
    return list(Scope.values)


MAX_ORIGINS, MAX_ORIGIN_LENGTH = 20, 255
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
ORIGIN = re.compile(rf"https?://({_LABEL}(\.{_LABEL})*|\[[0-9a-f:]{{2,39}}\])(:[1-9][0-9]{{0,4}})?")
DEFAULT_PORTS = (("http://", ":80"), ("https://", ":443"))


def validate_origin(value: str) -> None:
    """Raise `ValidationError` unless a browser could send this as `Origin`, except "null"."""
    has_default_port = any(value.startswith(s) and value.endswith(p) for s, p in DEFAULT_PORTS)
    if not ORIGIN.fullmatch(value) or has_default_port:
        raise ValidationError(
            "Send scheme, host and port as browsers do: https://www.shop.example, in lower case, "
            "without a path, a wildcard or the scheme's own port.",
            code="invalid_origin",
        )


class ShopAPIKeyManager(APIKeyManager):
    def assign_key(self, obj: AbstractAPIKey) -> str:
        """Set a new prefix and hash; unlike the library, do not build the id from them."""
        key, obj.prefix, obj.hashed_key = self.key_generator.generate()
        return str(key)


class ShopAPIKey(AbstractAPIKey):
    """An API key of one shop; its secret is shown once and stored hashed."""

    class Kind(models.TextChoices):
        SECRET = "secret"  # noqa: S105 - a word, not a password
        PUBLISHABLE = "publishable"

    id = models.UUIDField(  # type: ignore[assignment]  # the library's id contains the hash
        primary_key=True, default=uuid7, editable=False
    )
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="api_keys")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SECRET)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope.choices), default=all_scopes)
    origins = ArrayField(
        models.CharField(max_length=MAX_ORIGIN_LENGTH, validators=[validate_origin]),
        size=MAX_ORIGINS,
        default=list,
        db_default=[],
        blank=True,
        help_text="Other sites whose pages may use this publishable key.",
    )
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ShopAPIKeyManager] = ShopAPIKeyManager()

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "shop API key"
        verbose_name_plural = "shop API keys"
        indexes = (GinIndex(fields=("origins",), name="key_origins"),)

    def clean(self) -> None:
        super().clean()
        if self.kind == self.Kind.PUBLISHABLE and set(self.scopes) - set(PUBLISHABLE_SCOPES):
            raise ValidationError("A publishable key is visible to everybody: it can only search.")
        if self.kind == self.Kind.SECRET and self.origins:
            raise ValidationError("A secret key must not be in a page: it has no origins.")

    @property
    def granted_scopes(self) -> frozenset[str]:
        """The scopes that count: a publishable key can only search, whatever `scopes` contains."""
        scopes = frozenset(self.scopes)
        is_publishable = self.kind == self.Kind.PUBLISHABLE
        return scopes & frozenset(PUBLISHABLE_SCOPES) if is_publishable else scopes

    def record_use(self) -> None:
        """Store that the key was used now, with at most one write a minute."""
        now = timezone.now()
        if self.last_used_at and now - self.last_used_at < LAST_USE_PRECISION:
            return
        is_stale = models.Q(last_used_at=None) | models.Q(last_used_at__lt=now - LAST_USE_PRECISION)
        ShopAPIKey.objects.filter(is_stale, pk=self.pk).update(last_used_at=now)


class IdempotencyRecord(models.Model):
    """The stored response to a POST with an `Idempotency-Key`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the request.")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop", "key"), name="idempotency_key_once_per_shop"),
        )

    def __str__(self) -> str:
        return self.key
