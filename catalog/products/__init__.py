"""Writes to products: whole or in part, one or a thousand, with their variants and photos."""
