"""Constraints that prompts name besides looks: prices, sizes, sales, brands, exclusions."""
