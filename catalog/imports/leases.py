"""The claim of a worker to the import that it runs."""

import io
import time
from datetime import timedelta
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models.functions import Now

from catalog.models import ImportJob
from core.jobs.runner import Overtaken

# The share of a lease after which it is extended.
RENEWAL_SHARE = 0.25


class Lease:
    """Keeps a job with this worker as long as it is wanted."""

    def __init__(self, job: ImportJob) -> None:
        self._job = job
        self._seconds: int = settings.QUALITY_LEASE_SECONDS
        self._renew_at = 0.0

    def renew(self) -> None:
        """Extend the lease if it is time; raise `Overtaken` if the job was cancelled."""
        if time.monotonic() >= self._renew_at:
            self.store()

    def store(self, **fields: Any) -> None:
        """Set fields of the job and extend its lease; raise `Overtaken` if it was cancelled."""
        due_at = Now() + timedelta(seconds=self._seconds)
        # Another worker that has the job by mistake is at another item.
        current = self._job.if_current().filter(
            state=ImportJob.State.PENDING, items_done=self._job.items_done
        )
        if not current.update(due_at=due_at, **fields):
            raise Overtaken
        for name, value in fields.items():
            setattr(self._job, name, value)
        self._renew_at = time.monotonic() + self._seconds * RENEWAL_SHARE


class LeasedFile(io.RawIOBase):
    """A file of which each read and write renews a lease."""

    def __init__(self, file: BinaryIO, lease: Lease) -> None:
        self._file = file
        self._lease = lease

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int = -1, /) -> bytes:
        self._lease.renew()
        return self._file.read(size)

    def write(self, data: Any, /) -> int:
        self._lease.renew()
        return self._file.write(data)
