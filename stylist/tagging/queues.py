"""The queues of garments to tag."""

from catalog.models.image import ImageQueue
from core.jobs.queues import Queue
from stylist.models import ImageTags, WardrobeItem

WARDROBE = Queue(WardrobeItem, task="stylist.tasks.tag_wardrobes")
IMAGES = ImageQueue(ImageTags, task="stylist.tasks.tag_images")
