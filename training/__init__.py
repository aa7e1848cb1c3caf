"""Train the models that the product ships: mini, tones, naturalness."""
