"""The garments that wait in Postgres to be tagged."""

from core.jobs.claims import Queue

WARDROBE = Queue("stylist_wardrobeitem", waiting="state = 'pending'")
IMAGES = Queue("stylist_imagetags", waiting="state = 'pending'")
