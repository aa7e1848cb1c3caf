from typing import Any, ClassVar, NamedTuple, Self

from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from catalog.models.image import Image
from core.jobs.models import QueueRow, QueueRowQuerySet
from core.tenancy import TenantQuerySet, tenant_manager
from tenants.models import Shop


class CollectionAddress(NamedTuple):
    """Where a collection is: the Chroma node, and the collection's name there."""

    node: str
    name: str


class VectorIndex(models.Model):
    """One generation of a shop's embeddings, and its copy in a Chroma collection.

    While the collection is missing or damaged, `is_complete` is false and search is exact.
    """

    class State(models.TextChoices):
        BUILDING = "building"
        LIVE = "live"
        RETIRED = "retired"

    # The `method` of the newest calibrations; an index with another one is calibrated again.
    CALIBRATION_METHOD = 2

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    encoder = models.CharField(max_length=60)
    revision = models.CharField(max_length=64, blank=True)
    node = models.CharField(
        max_length=60, help_text="The Chroma server, in CHROMA_NODES, that has the collection."
    )
    collection = models.CharField(max_length=120, unique=True)
    next_collection = models.CharField(
        max_length=120,
        blank=True,
        db_default="",
        editable=False,
        help_text="It is filled to replace the collection, and gets every write as well.",
    )
    next_node = models.CharField(
        max_length=60,
        blank=True,
        db_default="",
        editable=False,
        help_text="The node of the next collection: another one if the index is moved.",
    )
    former_collection = models.CharField(
        max_length=120, blank=True, db_default="", editable=False, help_text="To be dropped."
    )
    former_node = models.CharField(
        max_length=60,
        blank=True,
        db_default="",
        editable=False,
        help_text="The node of the former collection.",
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.LIVE)
    is_complete = models.BooleanField(default=True)
    damages = models.PositiveIntegerField(
        default=0, editable=False, help_text="Counts the times it was found incomplete."
    )
    changes = models.PositiveBigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the changes of its collections; search remembers answers until the next.",
    )
    next_damages = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Counts the writes that the next collection did not get.",
    )
    max_garments = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The most garments that a photo of it has had; 0: one vector for each image.",
    )
    calibration = models.JSONField(default=dict, blank=True)
    audited_at = models.DateTimeField(
        null=True, editable=False, help_text="When its last audit began."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    switched_at = models.DateTimeField(
        null=True, editable=False, help_text="When it became live or retired, or was taken back."
    )
    is_switched_manually = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Whether the shop decides when it becomes live.",
    )
    trial = models.JSONField(
        null=True, editable=False, help_text="How it compares with the live index."
    )
    restorable_until = models.DateTimeField(
        null=True, editable=False, help_text="Until then, a retired index can be taken back."
    )

    objects: ClassVar[Any] = tenant_manager(TenantQuerySet)

    class Meta:
        verbose_name_plural = "vector indexes"
        constraints = (
            models.UniqueConstraint(
                fields=("shop",), condition=Q(state="live"), name="one_live_index_per_shop"
            ),
            models.UniqueConstraint(
                fields=("shop",), condition=Q(state="building"), name="one_building_index_per_shop"
            ),
        )

    def __str__(self) -> str:
        return f"{self.encoder} index of {self.shop_id}"

    @property
    def checkpoint(self) -> tuple[str, str]:
        """The encoder and its revision, which embeds photos and prompts for this index."""
        return self.encoder, self.revision

    @property
    def address(self) -> CollectionAddress:
        """The collection that answers."""
        return CollectionAddress(self.node, self.collection)

    @property
    def next_address(self) -> CollectionAddress | None:
        """The collection that is filled to replace the one that answers."""
        # A rebuild that an earlier release started has no node: it stays on the same.
        name = self.next_collection
        return CollectionAddress(self.next_node or self.node, name) if name else None

    @property
    def former_address(self) -> CollectionAddress | None:
        """The collection that was replaced, and is dropped soon."""
        name = self.former_collection
        return CollectionAddress(self.former_node or self.node, name) if name else None

    @property
    def addresses(self) -> list[CollectionAddress]:
        """The collections that get every write."""
        return [self.address, self.next_address] if self.next_address else [self.address]

    @property
    def is_calibrated(self) -> bool:
        """Whether `calibration` was measured by the newest method; search reads older ones too."""
        return bool(self.calibration.get("method") == self.CALIBRATION_METHOD)


class IndexEntryQuerySet(QueueRowQuerySet):
    def waiting(self) -> Self:
        """Narrow to entries that a worker has not finished."""
        return self.filter(state__in=IndexEntry.WAITING)

    def live(self) -> Self:
        """Narrow to entries of live indexes: an image has one in each index of its shop."""
        return self.filter(index__state=VectorIndex.State.LIVE)

    def embedded(self) -> Self:
        """Narrow to entries that have an embedding, of images that are not deleted."""
        return self.filter(embedding__isnull=False).exclude(state=IndexEntry.State.REMOVING)

    def request(self) -> int:
        """Have the entries indexed again, even those that a worker is indexing; return how many."""
        entries = self.exclude(state=IndexEntry.State.REMOVING)
        return entries.restart(state=IndexEntry.State.PENDING, reason="")

    def request_removal(self) -> int:
        """Have the vectors, files and rows of these entries' images removed; return how many."""
        return self.restart(state=IndexEntry.State.REMOVING, reason="")


class IndexEntry(QueueRow):
    """One image in one index: its state, and its embedding."""

    class State(models.TextChoices):
        PENDING = "pending"
        INDEXED = "indexed"
        FAILED = "failed"
        REMOVING = "removing"

    class Reason(models.TextChoices):
        PHOTO_MISSING = "photo_missing", "The photo is not in storage; send it again."
        PHOTO_UNREADABLE = "photo_unreadable", "The photo cannot be decoded; send another."
        ENCODER_ERROR = "encoder_error", "The encoder failed on this photo; retry, or send another."
        WORKER_LOST = "worker_lost", "The worker was lost each time it tried; retry."

    WAITING = (State.PENDING, State.REMOVING)

    index = models.ForeignKey(VectorIndex, on_delete=models.CASCADE)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="entries")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    embedding = models.BinaryField(null=True, help_text="float16, L2-normalised.")
    embedded_digest = models.CharField(
        max_length=64, blank=True, help_text="The photo the embedding was made of."
    )

    objects: ClassVar[Any] = tenant_manager(IndexEntryQuerySet)

    class Meta:
        verbose_name_plural = "index entries"
        constraints = (
            models.UniqueConstraint(fields=("index", "image"), name="entry_once_per_index"),
        )
        indexes = (
            # For `Queue.claim`: waiting shops, and the first entries of each.
            models.Index(
                fields=("shop", "id"),
                name="entry_waiting",
                condition=Q(state__in=("pending", "removing")),
            ),
            models.Index(fields=("index", "state"), name="entry_state"),
            # For photos with the same bytes, which share an embedding.
            models.Index(
                fields=("index", "embedded_digest"),
                name="entry_digest",
                condition=Q(embedding__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.image_id} ({self.state})"


class GarmentVectorsQuerySet(TenantQuerySet["GarmentVectors"]):
    def of(self, index: VectorIndex) -> Self:
        """Narrow to vectors that are comparable with those of an index."""
        return self.filter(shop_id=index.shop_id, encoder=index.encoder, revision=index.revision)

    def current(self) -> Self:
        """Narrow to vectors of photos that the images still have."""
        return self.filter(image_version=F("image__version"))


class GarmentVectors(models.Model):
    """The embeddings of the garments in one photo, by one checkpoint of an encoder.

    They are apart from index entries, since a photo may be looked at before it has one: while it is
    held, or before another index is built.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="garment_vectors")
    image_version = models.PositiveIntegerField(
        help_text="The version of the image's photo that the garments are in."
    )
    encoder = models.CharField(max_length=60)
    revision = models.CharField(max_length=64, blank=True)
    count = models.PositiveSmallIntegerField()
    embeddings = models.BinaryField(help_text="float16 (count, d), each L2-normalised.")

    objects: ClassVar[Any] = tenant_manager(GarmentVectorsQuerySet)

    class Meta:
        verbose_name_plural = "garment vectors"
        constraints = (
            models.UniqueConstraint(
                fields=("image", "encoder", "revision"), name="garments_once_per_checkpoint"
            ),
        )

    def __str__(self) -> str:
        return f"{self.count} garments of {self.image_id}"
