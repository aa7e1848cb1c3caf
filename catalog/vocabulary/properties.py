"""Words for what garments have in addition to their kind: colour, pattern, style, season, material.

`words.toml` contains the tables.
"""

from catalog.vocabulary.words import parse_table, parse_words, read_toml
from core.ml.colours import RETAIL_COLOURS

_TABLES = read_toml("words")

PATTERNS = parse_table(_TABLES["patterns"])
STYLES = parse_table(_TABLES["styles"])
SEASONS = parse_table(_TABLES["seasons"])
MATERIALS = parse_table(_TABLES["materials"])
COLOURS = {
    colour.name: parse_words(_TABLES["colours"].get(colour.name, colour.name))
    for colour in RETAIL_COLOURS
}

# How formal the styles are that imply it, in [0, 1].
STYLE_FORMALITY = {
    "lounge": 0.05,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "elegant": 0.75,
    "formal": 1.0,
}
# Each level between 0, for the sofa, and 1, for an evening with a dress code.
FORMALITY_LEVELS = {
    "lounge": 0.0,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "formal": 1.0,
}
FORMALITY = {level: STYLES[level] for level in FORMALITY_LEVELS} | {
    "lounge": parse_words("home, lounge")
}
