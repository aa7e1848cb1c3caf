"""What the catalogue tells the rooms above it, after commit.

A receiver that misses one finds out by its own sweep.
"""

from django.dispatch import Signal

# New images and new photos of known ones, as `shop_id` and `image_ids`.
images_saved = Signal()
