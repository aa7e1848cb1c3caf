"""Measure the quality of answers: encoder, search, photo quality, tagging, outfits."""
