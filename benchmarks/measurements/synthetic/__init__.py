"""Shops and tags that are made up, to measure with."""
