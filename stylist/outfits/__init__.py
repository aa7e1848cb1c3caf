"""Outfits: composed, scored, explained, stored, pictured and judged by shoppers.

`compatibility`, `scoring` and `composition` are pure functions on `stylist.garments`: no database,
no model, nothing random, nothing trained. An unknown tag counts neither for nor against a garment.
"""
