"""Signals to the apps above the catalogue, sent after commit.

A receiver that misses one repairs this in its own sweep.
"""

from django.dispatch import Signal

# New images and new photos of existing ones, as `shop_id` and `image_ids`.
images_saved = Signal()
