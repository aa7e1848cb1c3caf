"""Facts of products that were seen in their photos: who tags photos calls `record_facts`."""

from catalog.facts.garments import SeenGarment
from catalog.facts.records import record_facts

__all__ = ["SeenGarment", "record_facts"]
