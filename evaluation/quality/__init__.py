"""Measure photo quality: degraded photos must get worse figures, and enhancement restore them."""
