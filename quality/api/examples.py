"""What the API's description shows callers to begin with."""

from drf_spectacular.utils import OpenApiExample

from catalog.api.examples import IMAGE, OTHER

ASSESSMENT = OpenApiExample(
    "An image, by Google's rules", {"image": IMAGE, "profile": "google"}, request_only=True
)
COMPARISON = OpenApiExample(
    "Two images", {"images": [IMAGE, OTHER], "enhancement_level": 0.5}, request_only=True
)
ENHANCEMENT = OpenApiExample(
    "An image, for Amazon",
    {"image": IMAGE, "steps": ["tone", "white_background", "reframe"], "profile": "amazon"},
    request_only=True,
)
BATCH = OpenApiExample(
    "Two images, looked at before they are applied",
    {"images": [IMAGE, OTHER], "level": 0.8, "apply": False},
    request_only=True,
)
