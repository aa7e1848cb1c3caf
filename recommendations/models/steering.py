"""Steering: a shop's weights, rules and experiments."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from uuid_utils.compat import uuid7

from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop

SHARE = (MinValueValidator(0.0), MaxValueValidator(1.0))


class RankingSettings(models.Model):
    """A shop's own weights; without a row, the defaults apply."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="+")
    weights = models.JSONField(
        default=dict, help_text="Names and values as in `recommendations.steering.weights.Weights`."
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "ranking settings"

    def __str__(self) -> str:
        return f"Ranking of {self.shop_id}"


class Rule(models.Model):
    """Pins, boosts, buries or hides images, for some prompts and times or for all."""

    class Action(models.TextChoices):
        PIN = "pin"
        BOOST = "boost"
        BURY = "bury"
        HIDE = "hide"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    action = models.CharField(max_length=5, choices=Action.choices)
    strength = models.FloatField(
        default=0.5, validators=SHARE, help_text="Of a boost or a burial, from 0 to 1."
    )
    target = models.JSONField(help_text="Images, or facets and brands, in the words of filters.")
    prompts = models.JSONField(
        default=list, blank=True, help_text="Words that a prompt must hold; none means every one."
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("shop", "-id"), name="rule_newest"),)

    def __str__(self) -> str:
        return self.name


class Experiment(models.Model):
    """A comparison of two sets of weights; a shopper's id decides which one they see."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    control = models.JSONField(default=dict, blank=True, help_text="Weights; empty: the shop's.")
    variant = models.JSONField(help_text="Weights that differ from the control's.")
    share = models.FloatField(default=0.5, validators=SHARE, help_text="Of shoppers, the variant.")
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("shop",),
                condition=models.Q(ended_at=None),
                name="one_running_experiment_per_shop",
            ),
        )

    def __str__(self) -> str:
        return self.name
