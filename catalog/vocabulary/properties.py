"""Words for what garments have in addition to kind and colour: pattern, style, season, material."""

from catalog.vocabulary.words import parse_table

PATTERNS = parse_table(
    {
        "plain": "plain, solid, plain coloured | unpatterned",
        "striped": "striped, stripy | stripe, stripes, pinstripe",
        "checked": "checked, plaid, checkered, tartan, gingham | check, checks",
        "dotted": "dotted, polka dot, spotted | dots, polka dots",
        "floral": "floral, flowery, flower print | flowers",
        "zigzag": "zigzag, chevron",
        "animal": "leopard, leopard print, animal print, "
        "zebra print (not caption), snake print (not caption)",
        "graphic": "graphic print, slogan print, logo print | prints, print, printed, logo, logos",
        "camouflage": "camouflage, camo print | camo",
        "paisley": "paisley",
    }
)

# By the names of the catalogue's default styles.
STYLES = parse_table(
    {
        "casual": "casual, everyday (not chat) | laid back, relaxed",
        "smart casual": "smart casual | smart, business casual",
        "business": "business, office (not chat) | professional",
        "formal": "formal, black tie",
        "classic": "classic, timeless | preppy",
        "elegant": "elegant, refined (not chat) | dressy, chic, classy",
        "minimalist": "minimalist, clean (not chat) | minimal",
        "romantic": "romantic, feminine",
        "bohemian": "bohemian, boho | hippie",
        "vintage": "vintage, retro",
        "streetwear": "streetwear, urban | edgy",
        "sporty": "sporty, athletic | athleisure",
        "outdoor": "outdoor (not chat), hiking (not chat) | outdoorsy",
        "party": "party (not chat), glamorous | glam",
        "beach": "beach (not chat), holiday (not chat)",
        "lounge": "lounge, cosy home (not chat) | cosy, cozy",
    }
)
# How formal the styles are that imply it, in [0, 1].
STYLE_FORMALITY = {
    "lounge": 0.05,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "elegant": 0.75,
    "formal": 1.0,
}

SEASONS = parse_table(
    {
        "spring": "spring",
        "summer": "summer, hot weather | summery, hot day, heat, heatwave",
        "autumn": "autumn, fall | autumnal, rainy, rain",
        "winter": "winter, cold weather | wintry, cold, snow, freezing",
    }
)

# Each level between 0, for the sofa, and 1, for an evening with a dress code.
FORMALITY_LEVELS = {
    "lounge": 0.0,
    "casual": 0.25,
    "smart casual": 0.5,
    "business": 0.75,
    "formal": 1.0,
}
FORMALITY = {level: STYLES[level] for level in FORMALITY_LEVELS} | parse_table(
    {"lounge": "home, lounge"}
)

MATERIALS = parse_table(
    {
        "wool": "wool, woollen, woolen, merino, lambswool, tweed",
        "cashmere": "cashmere",
        "silk": "silk, satin",
        "linen": "linen",
        "cotton": "cotton, corduroy",
        "denim": "denim",
        "leather": "leather",
        "suede": "suede, nubuck",
        "down": "down",
        "viscose": "viscose, rayon, modal",
        "polyester": "polyester, nylon, polyamide, acrylic",
        "synthetics": "elastane, spandex, lycra, gore tex",
        "velvet": "velvet",
    }
)
