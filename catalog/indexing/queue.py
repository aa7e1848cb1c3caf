"""Which index entries a worker takes next."""

from django.conf import settings

from core.jobs.claims import Claim, Queue

ENTRIES = Queue("catalog_indexentry", waiting="state IN ('pending', 'removing')")


def claim_entries(*, size: int) -> list[Claim]:
    """Lease up to `size` waiting entries of all shops to this worker; one query."""
    return ENTRIES.claim(size=size, lease=settings.INDEX_LEASE_SECONDS)


def has_waiting() -> bool:
    """Say whether any entry of any shop could be claimed now."""
    return ENTRIES.has_waiting()
