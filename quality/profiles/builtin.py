"""Profiles of marketplaces: each rule with its source and the day of the last check against it.

Rules that need a person are left out: text, logos, watermarks and borders in the photo,
mannequins, props, and whether the whole product is visible.
"""

from datetime import date
from functools import partial
from types import MappingProxyType

from quality.profiles.model import ListingRule, Profile

AS_OF = date(2026, 11, 21)

_GOOGLE = "Google Merchant Center Help, “Image link [image_link]”"
_GOOGLE_2027 = f"{_GOOGLE}; announced for 31 January 2027"
_AMAZON = "Amazon Seller Central, “Product image requirements”, main image"
_ZALANDO = "Zalando Partner University, “Image guidelines” of 3 March 2025"
_OURS = "Atelier: below this shoppers and search both suffer"


_must = partial(ListingRule, is_required=True, as_of=AS_OF)
_should = partial(ListingRule, is_required=False, as_of=AS_OF)

GOOGLE = Profile(
    key="google",
    label="Google Merchant Center, apparel",
    rules=(
        _must("least_size", "shorter_side", _GOOGLE, least=250),
        _should("least_size_2027", "shorter_side", _GOOGLE_2027, least=500),
        _should("advised_size", "shorter_side", _GOOGLE, least=1500),
        _must("most_pixels", "megapixels", _GOOGLE, most=64),
        _must("most_bytes", "file_megabytes", _GOOGLE, most=16),
        _should("fill", "subject_fill", _GOOGLE, least=0.75, most=0.90),
        _should("white_background", "background_whiteness", _GOOGLE, least=0.90),
    ),
    aspect=None,
    fill=0.85,
    wants_white=True,
)

AMAZON = Profile(
    key="amazon",
    label="Amazon, main image",
    rules=(
        _must("white_background", "background_whiteness", _AMAZON, least=0.98),
        _must("fill", "subject_fill", _AMAZON, least=0.85),
        _must("size", "longer_side", _AMAZON, least=500, most=10_000),
        _should("zoom_size", "longer_side", _AMAZON, least=1000),
        _should("advised_size", "longer_side", _AMAZON, least=1600),
    ),
    aspect=None,
    fill=0.90,
    wants_white=True,
)

ZALANDO = Profile(
    key="zalando",
    label="Zalando, packshot",
    rules=(
        # The tolerance is one pixel at the smallest size.
        _must("aspect", "aspect", _ZALANDO, least=0.99 / 1.44, most=1.01 / 1.44),
        _must("least_width", "width", _ZALANDO, least=762),
        _must("least_height", "height", _ZALANDO, least=1100),
        _should("best_width", "width", _ZALANDO, least=1801),
        _should("best_height", "height", _ZALANDO, least=2600),
        _must("most_bytes", "file_megabytes", _ZALANDO, most=20),
        _must("white_background", "background_whiteness", _ZALANDO, least=0.90),
    ),
    aspect=1 / 1.44,
    fill=0.88,
    wants_white=True,
)

DEFAULT = Profile(
    key="default",
    label="Lenient",
    rules=(
        _must("least_size", "shorter_side", _OURS, least=250),
        _must("sharp", "sharpness", _OURS, least=0.14),
        _must("calm", "noise", _OURS, most=5),
        _must("lit", "exposure", _OURS, least=-1.6, most=1.5),
        _must("unclipped", "clipping", _OURS, most=0.15),
        _should("neutral_light", "colour_cast", _OURS, most=6),
        _should("few_blocks", "blockiness", _OURS, most=1.5),
        _should("contrast", "contrast", _OURS, least=0.12),
        _should("fill", "subject_fill", _OURS, least=0.5),
    ),
    aspect=None,
    fill=0.85,
    wants_white=False,
)

PROFILES = MappingProxyType({p.key: p for p in (DEFAULT, GOOGLE, AMAZON, ZALANDO)})
