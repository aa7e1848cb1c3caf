"""Replays of prompts: what a change of the ranking would do, before it goes live."""
