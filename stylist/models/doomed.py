from django.db import models
from uuid_utils.compat import uuid7


class DoomedFile(models.Model):
    """A file whose row was deleted; it follows, though the storage be away just now.

    Written in the transaction that deletes the row, so that no person's photo outlives it. It names
    no shop, since the shop may be what was deleted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
