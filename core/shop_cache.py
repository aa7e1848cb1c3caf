"""Keep values of the shops that a process used last in its memory."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


class ShopCache(Generic[T]):
    """One value for each shop; those that were used longest ago are dropped first.

    All values together have at most the size `max_size`, in the unit of `measure`; a single larger
    one is kept. Safe for threads.
    """

    def __init__(self, max_size: int, *, measure: Callable[[T], int] = lambda _: 1) -> None:
        self._max_size = max_size
        self._measure = measure
        self._values: OrderedDict[UUID, T] = OrderedDict()
        self._lock = Lock()

    def get(self, shop_id: UUID) -> T | None:
        with self._lock:
            if shop_id in self._values:
                self._values.move_to_end(shop_id)
            return self._values.get(shop_id)

    def set(self, shop_id: UUID, value: T) -> None:
        with self._lock:
            self._values[shop_id] = value
            self._values.move_to_end(shop_id)
            size = sum(map(self._measure, self._values.values()))
            while size > self._max_size and len(self._values) > 1:
                _, dropped = self._values.popitem(last=False)
                size -= self._measure(dropped)

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
