"""Words for how garments look: colours, patterns, styles, fibres, and how formal they are."""

from collections.abc import Mapping

MORE_COLOURS: Mapping[str, str] = {
    "gray": "grey",
    "dark grey": "charcoal",
    "light grey": "silver",
    "anthracite": "charcoal",
    "off white": "ivory",
    "nude": "beige",
    "ecru": "cream",
    "tan": "camel",
    "cognac": "camel",
    "dark brown": "chocolate",
    "light brown": "camel",
    "navy blue": "navy",
    "dark blue": "navy",
    "midnight blue": "navy",
    "baby blue": "light blue",
    "pale blue": "light blue",
    "cobalt": "royal blue",
    "aqua": "turquoise",
    "petrol": "teal",
    "dark green": "forest green",
    "bottle green": "forest green",
    "emerald": "green",
    "khaki green": "olive",
    "light green": "mint",
    "gold": "mustard",
    "golden": "mustard",
    "terracotta": "rust",
    "apricot": "peach",
    "salmon": "coral",
    "wine": "burgundy",
    "bordeaux": "burgundy",
    "maroon": "burgundy",
    "dark red": "burgundy",
    "scarlet": "red",
    "crimson": "red",
    "light pink": "blush",
    "hot pink": "fuchsia",
    "magenta": "fuchsia",
    "violet": "purple",
    "aubergine": "plum",
    "lilac": "lavender",
}
# Colours of the table that mean a fibre more often when people talk.
NOT_COLOURS = frozenset({"denim"})

MORE_PATTERNS: Mapping[str, str] = {
    "stripe": "striped",
    "stripes": "striped",
    "pinstripe": "striped",
    "dots": "dotted",
    "polka dots": "dotted",
    "flowers": "floral",
    "check": "checked",
    "checks": "checked",
    "leopard print": "animal",
    "camo": "camouflage",
    "prints": "graphic",
    "print": "graphic",
    "printed": "graphic",
    "logo": "graphic",
    "logos": "graphic",
    "unpatterned": "plain",
}

STYLE_WORDS: Mapping[str, str] = {
    "casual": "casual",
    "laid back": "casual",
    "relaxed": "casual",
    "smart casual": "smart casual",
    "smart": "smart casual",
    "business casual": "smart casual",
    "business": "business",
    "professional": "business",
    "formal": "formal",
    "black tie": "formal",
    "dressy": "elegant",
    "elegant": "elegant",
    "chic": "elegant",
    "classy": "elegant",
    "classic": "classic",
    "timeless": "classic",
    "preppy": "classic",
    "minimalist": "minimalist",
    "minimal": "minimalist",
    "romantic": "romantic",
    "feminine": "romantic",
    "boho": "bohemian",
    "bohemian": "bohemian",
    "hippie": "bohemian",
    "vintage": "vintage",
    "retro": "vintage",
    "streetwear": "streetwear",
    "urban": "streetwear",
    "edgy": "streetwear",
    "sporty": "sporty",
    "athletic": "sporty",
    "athleisure": "sporty",
    "outdoorsy": "outdoor",
    "glamorous": "party",
    "glam": "party",
    "cosy": "lounge",
    "cozy": "lounge",
    "lounge": "lounge",
}
# How formal the styles are that say so, in [0, 1].
FORMALITY_OF: Mapping[str, float] = {
    "lounge": 0.05,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "elegant": 0.75,
    "formal": 1.0,
}

MATERIALS: Mapping[str, str] = {
    "wool": "wool",
    "woollen": "wool",
    "woolen": "wool",
    "merino": "wool",
    "lambswool": "wool",
    "tweed": "wool",
    "cashmere": "cashmere",
    "silk": "silk",
    "satin": "silk",
    "linen": "linen",
    "cotton": "cotton",
    "denim": "denim",
    "leather": "leather",
    "suede": "suede",
    "nubuck": "suede",
    "down": "down",
    "viscose": "viscose",
    "rayon": "viscose",
    "modal": "viscose",
    "polyester": "polyester",
    "nylon": "polyester",
    "polyamide": "polyester",
    "acrylic": "polyester",
    "elastane": "synthetics",
    "spandex": "synthetics",
    "lycra": "synthetics",
    "gore tex": "synthetics",
    "velvet": "velvet",
    "corduroy": "cotton",
}

# Words that a search can use as they stand.
DETAILS = frozenset(
    "long short midi maxi mini slim skinny straight wide loose tight oversized fitted cropped "
    "sleeveless strapless backless hooded padded quilted warm light lightweight heavy thick thin "
    "soft waterproof breathable stretchy comfortable comfy sexy cute bright dark pale pastel "
    "colourful colorful neutral shiny sparkly sequin sequined lace ruffle pleated belted "
    "high-waisted low-cut v-neck crew-neck round-neck turtleneck sustainable organic vegan eco "
    "men man women woman mens womens ladies unisex kids kid children boy girl baby plus petite "
    "tall maternity pocket zip button flat embroidered knitted knit flowy asymmetric wrap modern "
    "trendy fashionable new stylish".replace("-", " ").split()
)
