"""What is told of a garment beside its type and colour: pattern, style, season, formality."""

from collections.abc import Mapping

Wordings = Mapping[str, tuple[str, ...]]

PATTERNS: Wordings = {
    "plain": ("plain", "solid", "plain coloured"),
    "striped": ("striped", "stripy"),
    "checked": ("checked", "plaid", "checkered", "tartan", "gingham"),
    "dotted": ("dotted", "polka dot", "spotted"),
    "floral": ("floral", "flowery", "flower print"),
    "zigzag": ("zigzag", "chevron"),
    "animal": ("leopard", "leopard print", "animal print", "zebra print", "snake print"),
    "graphic": ("graphic print", "slogan print", "logo print"),
    "camouflage": ("camouflage", "camo print"),
    "paisley": ("paisley",),
}

# By the names that the catalogue's default styles have.
STYLES: Wordings = {
    "casual": ("casual", "everyday"),
    "smart casual": ("smart casual",),
    "business": ("business", "office"),
    "formal": ("formal", "black tie"),
    "classic": ("classic", "timeless"),
    "elegant": ("elegant", "refined"),
    "minimalist": ("minimalist", "clean"),
    "romantic": ("romantic", "feminine"),
    "bohemian": ("bohemian", "boho"),
    "vintage": ("vintage", "retro"),
    "streetwear": ("streetwear", "urban"),
    "sporty": ("sporty", "athletic"),
    "outdoor": ("outdoor", "hiking"),
    "party": ("party", "glamorous"),
    "beach": ("beach", "holiday"),
    "lounge": ("lounge", "cosy home"),
}

SEASONS: Wordings = {
    "spring": ("spring",),
    "summer": ("summer", "hot weather"),
    "autumn": ("autumn", "fall"),
    "winter": ("winter", "cold weather"),
}

FORMALITY: Wordings = {
    "lounge": ("home", "lounge"),
    "casual": ("casual", "everyday"),
    "smart casual": ("smart casual",),
    "business": ("business", "office"),
    "formal": ("formal", "black tie"),
}
# Where each level lies between 0, for the sofa, and 1, for an evening with a dress code.
FORMALITY_LEVELS: Mapping[str, float] = {
    "lounge": 0.0,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "formal": 1.0,
}
