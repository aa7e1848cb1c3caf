"""Measure how well the scorer of outfits distinguishes outfits from random garments.

The outfits are generated from tables of looks (`looks`), which were written without the scorer's
rules and numbers. They are not people's outfits: the figures show whether the scorer works with
tags as noisy as a tagger's, not whether people would wear the outfits that it prefers.
"""
