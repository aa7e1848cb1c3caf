"""What callers send: photos or images, a level, steps, a profile; policies and own rules."""

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import serializers

from catalog.models import Image
from core.photos import MAX_BYTES, Photo, open_photo
from quality.enhance.improvement import Step
from quality.measure.scales import Verdict
from quality.models import Job, Policy, Report
from quality.policies import KEYS
from quality.profiles.model import MAX_RULES, SUBJECTS
from quality.services import MAX_BATCH_IMAGES

DEFAULT_LEVEL = 0.5
PHOTO_HELP = f"JPEG, PNG, WebP or AVIF of at most {MAX_BYTES // 1024**2} MB."
PAIR = 2


class ImageReference(serializers.UUIDField):
    """An image of the catalogue, by its id; one of another shop is none."""

    default_error_messages = {"unknown": "There is no such image."}

    def to_internal_value(self, data: Any) -> Any:
        pk = super().to_internal_value(data)
        image = Image.objects.live().filter(pk=pk).defer("search").first()
        if image is None:
            self.fail("unknown")
        return image


class ProfileField(serializers.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        help_text = "The rules that count; otherwise those of the shop's policy."
        super().__init__(
            choices=KEYS, **{"required": False, "default": "", "help_text": help_text, **kwargs}
        )


class LevelField(serializers.FloatField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "min_value": 0,
                "max_value": 1,
                "default": DEFAULT_LEVEL,
                "help_text": "How much of what is needed is done: 0 nothing, 1 all of it.",
                **kwargs,
            }
        )


def steps_field() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(choices=[step.value for step in Step]),
        required=False,
        max_length=len(Step),
        help_text="Only these steps, each as far as it is needed. Otherwise all but "
        "`white_background` and `reframe`, which make another picture of the photo.",
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
        """Return what is to be looked at; raises `PhotoRefused`."""
        data = self.validated_data
        return data["image"] if "image" in data else open_photo(data["photo"])


class AssessInput(PhotoOrImage):
    profile = ProfileField()


class EnhanceInput(PhotoOrImage):
    level = LevelField(default=1.0)
    steps = steps_field()
    profile = ProfileField()


class CompareInput(serializers.Serializer[Any]):
    """Two photos: files named `photo`, ids of images, or one of each, files first."""

    photo = serializers.ListField(
        child=serializers.FileField(), required=False, max_length=PAIR, help_text=PHOTO_HELP
    )
    images = serializers.ListField(child=ImageReference(), required=False, max_length=PAIR)
    enhancement_level = LevelField()
    profile = ProfileField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.get("photo", ())) + len(attrs.get("images", ())) != PAIR:
            message = "Send two: files named `photo`, ids of `images`, or one of each."
            raise serializers.ValidationError({"photo": [message]}, code="required")
        return attrs

    def subjects(self) -> list[Photo | Image]:
        """Return the two that are to be compared; raises `PhotoRefused`."""
        data = self.validated_data
        return [*map(open_photo, data.get("photo", ())), *data.get("images", ())]


class BatchInput(serializers.Serializer[Any]):
    """Which images are to be enhanced: by their ids, or by what their reports say."""

    images = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MAX_BATCH_IMAGES
    )
    verdict = serializers.ChoiceField(
        choices=[verdict.value for verdict in Verdict],
        required=False,
        help_text="Images whose report has this verdict, the worst first.",
    )
    failed_rule = serializers.CharField(
        max_length=100, required=False, help_text="Images that failed this rule, the worst first."
    )
    level = LevelField(default=1.0)
    steps = steps_field()
    profile = ProfileField()
    apply = serializers.BooleanField(
        default=False, help_text="Apply each as soon as it is ready; it can be taken back."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        chosen_by = {"images", "verdict", "failed_rule"} & attrs.keys()
        if not chosen_by or chosen_by > {"images"}:
            message = "Choose images: by their ids, or by a `verdict`, a `failed_rule` or both."
            raise serializers.ValidationError({"images": [message]}, code="required")
        return attrs


class PolicySerializer(serializers.ModelSerializer[Policy]):
    """The shop's gate, and the rules that it judges by."""

    profile = serializers.ChoiceField(choices=KEYS, help_text="The rules that count.")

    class Meta:
        model = Policy
        fields = ("gate", "profile", "updated_at")
        read_only_fields = ("updated_at",)
        examples: ClassVar[dict[str, Any]] = {"gate": "warn", "profile": "google"}


class OwnRuleInput(serializers.Serializer[Any]):
    subject = serializers.ChoiceField(
        choices=sorted(SUBJECTS), help_text="A raw measure, or a fact of the file."
    )
    least = serializers.FloatField(required=False, allow_null=True)
    most = serializers.FloatField(required=False, allow_null=True)
    required = serializers.BooleanField(  # type: ignore[assignment]
        default=True, help_text="False for a recommendation, which fails no photo."
    )


class OwnProfileInput(serializers.Serializer[Any]):
    """A shop's own rules, and the frame that enhancement aims at."""

    label = serializers.CharField(  # type: ignore[assignment]
        max_length=100, default="Own rules"
    )
    rules = serializers.ListField(child=OwnRuleInput(), min_length=1, max_length=MAX_RULES)
    aspect = serializers.FloatField(
        min_value=0.1, max_value=10, required=False, help_text="Width by height."
    )
    fill = serializers.FloatField(min_value=0.3, max_value=1, default=0.85)
    wants_white = serializers.BooleanField(default=False)

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "label": "Ours",
            "rules": [
                {"subject": "shorter_side", "least": 800},
                {"subject": "subject_fill", "least": 0.7, "most": 0.95, "required": False},
            ],
            "aspect": 0.75,
        }


class ReportFilter(serializers.Serializer[Any]):
    """Which reports are listed, and in which order."""

    order = serializers.ChoiceField(
        choices=["newest", "worst"],
        default="newest",
        help_text="`worst`: those that are done, by their score.",
    )
    state = serializers.ChoiceField(choices=Job.State.choices, required=False)
    verdict = serializers.ChoiceField(
        choices=[verdict.value for verdict in Verdict], required=False
    )
    passed = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="No required rule failed."
    )
    failed_rule = serializers.CharField(max_length=100, required=False)
    held = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="The image is held."
    )

    def narrow(self, reports: QuerySet[Report]) -> QuerySet[Report]:
        """Return those of the reports that are asked for."""
        asked = self.validated_data
        for name in ("state", "verdict"):
            if name in asked:
                reports = reports.filter(**{name: asked[name]})
        if asked["passed"] is not None:
            reports = reports.filter(passed=asked["passed"])
        if "failed_rule" in asked:
            reports = reports.filter(failed_rules__contains=[asked["failed_rule"]])
        if asked["held"] is not None:
            is_held = Q(image__status=Image.Status.HELD)
            reports = reports.filter(is_held if asked["held"] else ~is_held)
        return reports.filter(state=Job.State.DONE) if asked["order"] == "worst" else reports
