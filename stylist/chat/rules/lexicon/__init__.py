"""The words that the rules understand, in addition to the vocabulary of garments."""
