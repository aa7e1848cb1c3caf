"""The quality of a product's photos, by listing rules."""

from typing import Any

from rest_framework import serializers

from agents.operations import Caller, OperationRefused, ViewOperation
from agents.tools.products import ProductArguments
from agents.tools.tool import Arguments, ProductNotFound, Tool
from catalog.api.image_serializers import PhotoUrlField
from catalog.models import Image
from core.api.views import validate
from quality.api.assessments import AssessView
from quality.api.fields import VERDICTS, ProblemOutput, ProfileField
from quality.policies import ProfileUnknown

ASSESS = ViewOperation("POST", AssessView.as_view())
# Each is a request of its own.
MAX_PHOTOS = 5


class PhotosArguments(ProductArguments):
    profile = ProfileField()


class BrokenRuleOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    is_required = serializers.BooleanField(help_text="False: a recommendation.")
    advice = serializers.CharField(allow_null=True, help_text="How to fix it, if that is known.")


class AssessedPhotoOutput(serializers.Serializer[Any]):
    """One photo; without figures if it has a `problem`."""

    photo_url = PhotoUrlField(source="image")
    score = serializers.FloatField(allow_null=True, help_text="0 to 100.")
    verdict = serializers.ChoiceField(choices=VERDICTS, allow_null=True)
    passed = serializers.BooleanField(
        allow_null=True, help_text="Whether it keeps the required rules of the profile."
    )
    broken_rules = BrokenRuleOutput(many=True)
    problem = ProblemOutput(allow_null=True)


class PhotosOutput(serializers.Serializer[Any]):
    """The photos of a product in their order; the first one is shown in lists."""

    external_id = serializers.CharField()
    photos = AssessedPhotoOutput(many=True)


def assess_photos(caller: Caller, arguments: Arguments) -> Any:
    wanted = validate(PhotosArguments(data=arguments))
    photos = Image.objects.live().filter(product__external_id=wanted["external_id"])
    images = list(photos.order_by("position", "pk")[:MAX_PHOTOS])
    if not images:
        raise ProductNotFound
    profile = {"profile": wanted["profile"]} if wanted["profile"] else {}
    shown = {
        "external_id": wanted["external_id"],
        "photos": [_assess(caller, image, profile) for image in images],
    }
    return PhotosOutput(shown, context={"request": caller.request}).data


def _assess(caller: Caller, image: Image, profile: dict[str, str]) -> dict[str, Any]:
    body = {"image": str(image.pk), **profile}
    try:
        answer = caller.call(ASSESS, body)
    except OperationRefused as refusal:
        # A photo that cannot be measured does not hide the others.
        if refusal.problem["status"] != 400 or refusal.problem["code"] == ProfileUnknown.code:
            raise
        empty: dict[str, Any] = {"score": None, "verdict": None, "passed": None, "broken_rules": []}
        return {**empty, "image": image, "problem": refusal.problem}
    broken = [
        {**rule, "advice": rule["fix"]["advice"] if rule["fix"] else None}
        for rule in answer["rules"]
        if rule["passed"] is False
    ]
    return {**answer, "image": image, "broken_rules": broken, "problem": None}


TOOLS = (
    Tool(
        name="assess_photos",
        title="Assess a product's photos",
        description=f"Measure the photos of a product, at most {MAX_PHOTOS}, and check them "
        "against the listing rules of a marketplace (`profile`): sharpness, light, background, "
        "framing. For people who look after the shop's catalogue.",
        arguments=PhotosArguments,
        output=PhotosOutput,
        operations=(ASSESS,),
        run=assess_photos,
    ),
)
