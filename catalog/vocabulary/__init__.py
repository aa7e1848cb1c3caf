"""The vocabulary of garments: kinds, colours, patterns, styles, seasons and materials.

Each name has its words, and each word the uses that it is for. Pure data without models: the web
process, training and the generator of garments read the same tables.
"""
