"""Measure search by its first results: written prompts, with rules of what is right for each."""
