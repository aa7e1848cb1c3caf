"""Measure tags, on labelled photos and on generated garments whose features are known."""
