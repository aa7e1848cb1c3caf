"""Limits of photos, and the error for photos beyond them."""

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_WEBP_PIXELS = 32_000_000  # its decoder always uses 12 bytes for each pixel
MAX_SIDE = 10_000
RENDITION_SIDE = 1_600
# An opaque pixel has more than half of the full opacity.
MIN_OPACITY = 128
MIN_OPAQUE_SHARE = 0.005  # of the pixels
MIN_SPREAD = 2  # of 255, between the darkest and the lightest pixel; below it is one colour
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF")
EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "AVIF": "avif", "HEIF": "heic"}
# More than any camera or program writes: see `benchmarks/hostile_photos.py` for their costs.
MAX_PROFILE_BYTES = 4 * 1024 * 1024
MAX_METADATA_BYTES = 1024 * 1024

FORMAT_MESSAGE = (
    "This is not a JPEG, PNG, WebP, AVIF or HEIC image; send the photo in one of these."
)
SIZE_MESSAGE = (
    f"A photo has at most {MAX_SIDE:,} pixels a side and {MAX_PIXELS // 10**6} million in all "
    f"({MAX_WEBP_PIXELS // 10**6} million as WebP); send a smaller one."
)
MEMORY_MESSAGE = (
    "A photo that is saved in this way has fewer pixels; send a smaller one, or a plain JPEG."
)
DAMAGE_MESSAGE = "The photo is damaged or incomplete; save it again and send the whole file."
COST_MESSAGE = "The photo takes too long or too much memory to decode; save it as a plain JPEG."
TRANSPARENCY_MESSAGE = (
    "The photo is transparent nearly everywhere; send one that shows the product."
)
BLANK_MESSAGE = "The animation begins with an empty picture; send a still photo of the product."


class DecodingRefused(Exception):
    """The file is not a photo that is accepted; `code` is for programs, `message` for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def make_damage() -> DecodingRefused:
    return DecodingRefused("photo_damaged", DAMAGE_MESSAGE)


def make_excess(what: str) -> DecodingRefused:
    """Return the refusal of a file with more parts of a kind than any camera writes."""
    return DecodingRefused(
        "photo_too_complex", f"The photo has too many {what}; save it as a plain JPEG."
    )


def check_size(width: int, height: int, *, max_pixels: int = MAX_PIXELS) -> None:
    """Raise `DecodingRefused` for a picture that is too large or empty."""
    if width < 1 or height < 1:
        raise make_damage()
    if max(width, height) > MAX_SIDE or width * height > max_pixels:
        raise DecodingRefused("photo_too_large", SIZE_MESSAGE)
