"""Measure speed and memory of the product on real processes, against its goals: `make bench`."""
