"""Write the items of a feed to a shop's catalogue, each batch with its checkpoint."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction

from catalog.feeds.records import ProductRecord, RowProblem
from catalog.imports.conversion import Conversion, FacetedRecord
from catalog.imports.disappearance import SeenIds
from catalog.imports.leases import Lease
from catalog.imports.problems import store_problems
from catalog.models import ImportJob, Product
from catalog.products.deletion import delete_products
from catalog.products.lookups import find_digests
from catalog.products.specs import ProductChange
from catalog.products.upsert import upsert_products

BATCH_SIZE = 500
Item = ProductRecord | RowProblem
COUNTERS = {
    ProductChange.CREATED: "created_count",
    ProductChange.UPDATED: "updated_count",
    ProductChange.UNCHANGED: "unchanged_count",
}


class _TakeBack(Exception):
    """Ends the transaction of a dry run."""


class BatchWriter:
    """Writes the items of a job's file, from its checkpoint on; needs the shop's scope."""

    def __init__(self, job: ImportJob, lease: Lease) -> None:
        self.seen = SeenIds()
        self._job = job
        self._lease = lease
        self._conversion = Conversion(job.source)

    def write_all(self, items: Iterable[Item]) -> None:
        """Write what comes after the checkpoint; raise `Overtaken` if the job is not wanted."""
        done = self._job.items_done
        batch: list[Item] = []
        for number, item in enumerate(items, 1):
            self._note(item)
            if number <= done:
                self._lease.renew()
                continue
            batch.append(item)
            if len(batch) == BATCH_SIZE:
                self._write(batch)
                batch = []
        self._write(batch)

    def _note(self, item: Item) -> None:
        if isinstance(item, ProductRecord):
            self.seen.add(item.external_id)
            return
        for external_id in item.lost_ids:
            self.seen.add(external_id)
        if item.lost_rows and not item.lost_ids:
            self.seen.unknown_rows += item.lost_rows

    def _write(self, batch: Sequence[Item]) -> None:
        """Write a batch and the checkpoint after it, or neither."""
        problems = [item for item in batch if isinstance(item, RowProblem)]
        records = [item for item in batch if isinstance(item, ProductRecord)]
        counts: Counter[str] = Counter()
        counts["rows_read"] = sum(problem.lost_rows for problem in problems)
        counts["failed_count"] = counts["rows_read"]
        counts["rows_read"] += sum(record.rows for record in records)
        with transaction.atomic():
            problems += self._write_records(records, counts)
            store_problems(self._job, problems)
            counts["problem_count"] = len(problems)
            counts["items_done"] = len(batch)
            self._lease.store(
                stage=ImportJob.Stage.WRITING,
                attempts=0,  # this one has progressed
                **{name: getattr(self._job, name) + count for name, count in counts.items()},
            )

    def _write_records(
        self, records: Sequence[ProductRecord], counts: Counter[str]
    ) -> list[RowProblem]:
        deleted = [record.external_id for record in records if record.is_deleted]
        drafts = [self._conversion.draft(record) for record in records if not record.is_deleted]
        changed = self._find_changed(drafts)
        counts["unchanged_count"] += len(drafts) - len(changed)
        try:
            with transaction.atomic():
                failed = self._upsert(changed, counts)
                counts["deleted_count"] += self._delete(deleted)
                if self._job.is_dry_run:
                    raise _TakeBack
        except _TakeBack:
            pass
        return [problem for draft in drafts for problem in draft.problems] + failed

    def _find_changed(self, drafts: Sequence[FacetedRecord]) -> list[FacetedRecord]:
        """Return the drafts that differ from what this feed wrote last; makes one query."""
        ids = [draft.record.external_id for draft in drafts]
        known = find_digests(self._job.shop_id, ids, source=self._job.source)
        return [draft for draft in drafts if known.get(draft.record.external_id) != draft.digest]

    def _upsert(self, drafts: Sequence[FacetedRecord], counts: Counter[str]) -> list[RowProblem]:
        """Write products; return the problems of those that failed."""
        if not drafts:
            return []
        specs = [self._conversion.make_spec(draft) for draft in drafts]
        written = upsert_products(shop=self._job.shop, specs=specs)
        failed = []
        for draft, result in zip(drafts, written, strict=True):
            if result.change in COUNTERS:
                counts[COUNTERS[result.change]] += 1
                continue
            record = draft.record
            counts["failed_count"] += record.rows
            failed.append(
                RowProblem(record.row, "", record.external_id, result.code, result.detail)
            )
        return failed

    def _delete(self, external_ids: Sequence[str]) -> int:
        if not external_ids:
            return 0
        found = Product.objects.filter(external_id__in=external_ids)
        ids = list(found.values_list("pk", flat=True))
        delete_products(self._job.shop_id, ids)
        return len(ids)
