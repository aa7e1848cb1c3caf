"""How far tags can be trusted: on labelled photos, and on garments whose features are known."""
