"""Shops, members, shoppers and API keys."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager

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
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail address, ignoring case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        # Not `iexact`: it compares in upper case, where a long s equals s: two people would be one.
        return self.alias(lowered=Lower("email")).get(lowered=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person: a member of a shop, an operator of Atelier, or both."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_staff = models.BooleanField(default=False, help_text="May open the operators' admin.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
        )

    def __str__(self) -> str:
        return self.email


class Membership(models.Model):
    """A person's role in a shop."""

    class Role(models.TextChoices):
        OWNER = "owner"
        STAFF = "staff"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.STAFF)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("shop", "user"), name="membership_once_per_shop"),
        )

    def __str__(self) -> str:
        return f"{self.user} at {self.shop}"


class Shopper(models.Model):
    """A customer of a shop, identified only by the shop's own `external_id`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=200)
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


class Scope(models.TextChoices):
    """What an API key may do."""

    CATALOG_READ = "catalog:read"
    CATALOG_WRITE = "catalog:write"
    RECOMMEND = "recommend"
    STYLIST = "stylist"


# Only members have this scope: a leaked key must not be able to create others.
MANAGE_SHOP = "shop:manage"
# Without catalog:read, which also shows drafts and the prompts of all shoppers.
PUBLISHABLE_SCOPES = (Scope.RECOMMEND,)


def all_scopes() -> list[str]:
    return list(Scope.values)


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
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ShopAPIKeyManager] = ShopAPIKeyManager()

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "shop API key"
        verbose_name_plural = "shop API keys"

    def clean(self) -> None:
        super().clean()
        if self.kind == self.Kind.PUBLISHABLE and set(self.scopes) - set(PUBLISHABLE_SCOPES):
            raise ValidationError("A publishable key is visible to everybody: it can only search.")

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
