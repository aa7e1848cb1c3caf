"""Photos and images in requests and responses, and the options of an enhancement."""

from typing import Any

from django.core.files.storage import default_storage
from rest_framework import serializers

from catalog.models import Image
from core.photos import MAX_BYTES, Photo, open_photo
from quality.enhance.improvement import Step
from quality.policies import KEYS

# Media types of requests that may carry a photo.
FORMS = ("application/json", "multipart/form-data")
PHOTO_HELP = f"JPEG, PNG, WebP or AVIF of at most {MAX_BYTES // 1024**2} MB."
DEFAULT_LEVEL = 0.5


class ImageReference(serializers.UUIDField):
    """An image of the shop's catalogue, by its id."""

    default_error_messages = {"unknown": "There is no such image."}

    def to_internal_value(self, data: Any) -> Any:
        pk = super().to_internal_value(data)
        image = Image.objects.live().filter(pk=pk).defer("search").first()
        if image is None:
            self.fail("unknown")
        return image


class PhotoURLField(serializers.URLField):
    """The absolute URL of a stored photo, from its storage key; null for an empty key."""

    def to_representation(self, value: Any) -> Any:
        url = default_storage.url(str(value)) if value else None
        return url and self.context["request"].build_absolute_uri(url)


class ProfileField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        help_text = "The listing rules to use. Default: those of the shop's policy."
        super().__init__(
            choices=KEYS, **{"required": False, "default": "", "help_text": help_text, **kwargs}
        )


class LevelField(serializers.FloatField):
    def __init__(self, **kwargs: Any) -> None:
        help_text = "How much of the needed correction to apply: 0 none, 1 all of it."
        defaults = {"min_value": 0, "max_value": 1, "default": DEFAULT_LEVEL}
        super().__init__(**{**defaults, "help_text": help_text, **kwargs})


class StepsField(serializers.ListField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.ChoiceField(choices=[step.value for step in Step]),
            required=False,
            max_length=len(Step),
            help_text="Only these steps, each as far as it is needed. Default: all except "
            "`white_background` and `reframe`, which change what the picture shows.",
        )


class PhotoOrImage(serializers.Serializer[Any]):
    """One photo: a multipart file `photo`, or the id of an image."""

    photo = serializers.FileField(required=False, help_text=PHOTO_HELP)
    image = ImageReference(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("photo" in attrs) == ("image" in attrs):
            message = "Send either a file named `photo` or the id of an `image`."
            raise serializers.ValidationError({"photo": [message]}, code="required")
        return attrs

    def subject(self) -> Photo | Image:
        """Return the photo or image of the request; raises `PhotoRefused`."""
        data = self.validated_data
        return data["image"] if "image" in data else open_photo(data["photo"])


class PhotoOutput(serializers.Serializer[Any]):
    """A `Source`."""

    image = serializers.UUIDField(source="image_id", allow_null=True)
    photo_url = PhotoURLField(source="photo_name", allow_null=True)
