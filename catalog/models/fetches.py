from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from catalog.models.facets import AgeGroup, Category, Style
from catalog.models.image import Image
from catalog.models.product import Product
from core.jobs.models import Job
from core.jobs.queues import Queue


class PhotoFetch(Job):
    """A photo that a worker downloads from a link, and the image that it becomes.

    `facts` are the fields of that image as JSON: facets by their ids, the price as a text. Those of
    a photo that a known product names are its `position` and the `skus` it shows. `digest` is the
    SHA-256 of the file that was downloaded last.
    """

    url = models.CharField(max_length=2_000)
    facts = models.JSONField(default=dict)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, related_name="photo_fetches"
    )
    image = models.OneToOneField(
        Image, on_delete=models.CASCADE, null=True, related_name="photo_fetch"
    )
    etag = models.CharField(max_length=1_000, blank=True)
    last_modified = models.CharField(max_length=1_000, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)

    class Meta(Job.Meta):
        verbose_name_plural = "photo fetches"
        indexes = (
            models.Index(
                fields=("shop", "id"), name="photo_fetch_waiting", condition=Q(state="pending")
            ),
            models.Index(fields=("shop", "-id"), name="photo_fetch_newest"),
        )

    def read_fields(self) -> dict[str, Any]:
        """Return the fields of the image; needs the shop's scope. A deleted facet is left out."""
        fields = dict(self.facts)
        for name, facet in {"category": Category, "age_group": AgeGroup}.items():
            if fields.get(name):
                fields[name] = facet.objects.visible().filter(pk=fields[name]).first()
        if "styles" in fields:
            fields["styles"] = list(Style.objects.visible().filter(pk__in=fields["styles"]))
        if fields.get("price") is not None:
            fields["price"] = Decimal(fields["price"])
        return fields


def pack_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the validated fields of an image as `PhotoFetch.facts`."""
    return {name: _pack(value) for name, value in fields.items()}


def _pack(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [_pack(item) for item in value]
    return value


FETCHES = Queue(PhotoFetch, task="catalog.tasks.fetch_photos")
