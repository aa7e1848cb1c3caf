"""Fields and parts of requests and responses that all resources of photo quality share."""

from collections.abc import Collection
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from rest_framework import serializers

from catalog.models import Image
from core.photos import Photo, open_photo
from decoder.limits import MAX_BYTES
from quality.enhance.improvement import Step
from quality.measure.scales import Verdict
from quality.policies import KEYS
from tenants.models import Scope

VERDICTS = [verdict.value for verdict in Verdict]
# Media types of requests that may carry a photo.
FORMS = ("application/json", "multipart/form-data")
PHOTO_HELP = f"JPEG, PNG, WebP, AVIF or HEIC of at most {MAX_BYTES // 1024**2} MB."


class QualityMixin:
    """The key scopes of views of photo quality."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE


class ProblemOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class StagedSerializer(serializers.Serializer[Any]):
    """Renders a row that gets its figures later; until then the fields in `figures` are absent."""

    figures: ClassVar[Collection[str]] = ()

    def get_fields(self) -> dict[str, Any]:
        """Describe the figures as optional."""
        fields = super().get_fields()
        for name in self.figures:
            fields[name].required = False
        return fields

    def has_figures(self, row: Any) -> bool:
        return bool(row.result)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        absent = () if self.has_figures(instance) else self.figures
        fields = {name: field for name, field in self.fields.items() if name not in absent}
        values = {name: field.get_attribute(instance) for name, field in fields.items()}
        return {
            name: None if value is None else fields[name].to_representation(value)
            for name, value in values.items()
        }


class FigureField(serializers.FloatField):
    """A number, rounded to `digits` where they are given."""

    def __init__(self, digits: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.digits = digits

    def to_representation(self, value: Any) -> Any:
        return value if self.digits is None else round(value, self.digits)


class MeasureOutput(serializers.Serializer[Any]):
    """The figure of one measure, and how good it is."""

    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    raw = FigureField(4, allow_null=True, help_text="In `unit`.")
    score = FigureField(3, allow_null=True, help_text="0 to 1, 1 is best.")
    verdict = serializers.ChoiceField(choices=VERDICTS)


class NamedMeasureOutput(MeasureOutput):
    name = serializers.CharField()


class ChangeOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    before = MeasureOutput()
    after = MeasureOutput()


class AppliedStepOutput(serializers.Serializer[Any]):
    step = serializers.CharField()
    amount = FigureField(4)
    unit = serializers.CharField()


class ImprovementOutput(serializers.Serializer[Any]):
    """The steps that were applied to a photo, and every measure before and after."""

    score_before = FigureField(1, source="improvement.before.score")
    score_after = FigureField(1, source="improvement.after.score")
    changes = ChangeOutput(many=True, source="improvement.changes")
    applied = AppliedStepOutput(many=True, source="improvement.applied")
    taken_back = serializers.ListField(
        child=serializers.CharField(),
        source="improvement.taken_back",
        help_text="Steps that were undone because they made the photo worse.",
    )
    colour_change = FigureField(
        2,
        source="improvement.colour_change",
        help_text="The change of the garment's colour at equal lightness, as CIEDE2000.",
    )
    lightness_change = FigureField(
        4,
        source="improvement.lightness_change",
        help_text="The change of the garment's mean lightness, in OKLab.",
    )


class ImageReference(serializers.UUIDField):
    """An image of the shop's catalogue, by its id."""

    default_error_messages = {"unknown": "There is no such image."}

    def to_internal_value(self, data: Any) -> Any:
        pk = super().to_internal_value(data)
        image = Image.objects.live().filter(pk=pk).first()
        if image is None:
            self.fail("unknown")
        return image


class PhotoURLField(serializers.URLField):
    """The absolute URL of a stored photo, from its storage key; null for an empty key."""

    def to_representation(self, value: Any) -> Any:
        url = default_storage.url(str(value)) if value else None
        return url and self.context["request"].build_absolute_uri(url)


class ProfileField(serializers.ChoiceField):
    def __init__(self) -> None:
        help_text = "The listing rules to use. Default: those of the shop's policy."
        super().__init__(choices=KEYS, required=False, default="", help_text=help_text)


class LevelField(serializers.FloatField):
    def __init__(self, default: float = 0.5) -> None:
        help_text = "How much of the needed correction to apply: 0 none, 1 all of it."
        super().__init__(min_value=0, max_value=1, default=default, help_text=help_text)


class StepsField(serializers.ListField):
    def __init__(self) -> None:
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
    """The photo of an image, or an uploaded photo, which has no image."""

    image = serializers.UUIDField(source="image_id", allow_null=True)
    photo_url = PhotoURLField(source="photo_name", allow_null=True)
