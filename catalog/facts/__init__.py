"""Facts of products that were seen in their photos: who tags photos calls `record_facts`."""

from catalog.facts.garments import SeenGarment
from catalog.facts.records import copy_facts, record_facts

__all__ = ["SeenGarment", "copy_facts", "record_facts"]
