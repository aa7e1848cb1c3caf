"""How well near-duplicates of photos are found, and kept apart from other photos."""
