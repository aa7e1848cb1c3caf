"""What callers are answered, as the API's description tells it; `quality.api.showing` makes it."""

from typing import Any

from rest_framework import serializers

from catalog.models import Image
from quality.measure.scales import Verdict
from quality.models import Batch, Enhancement, Job

VERDICTS = [verdict.value for verdict in Verdict]
# Of rules that fail: noted while the gate is off.
OUTCOMES = ["passed", "noted", "warned", "held"]
SIDES = ["first", "second", "same", "unknown"]


class ProblemOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class MeasureOutput(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    unit = serializers.CharField()
    raw = serializers.FloatField(allow_null=True, help_text="In `unit`.")
    score = serializers.FloatField(allow_null=True, help_text="0 to 1, 1 the best.")
    verdict = serializers.ChoiceField(choices=VERDICTS)


class NamedMeasureOutput(MeasureOutput):
    name = serializers.CharField()


class CallOutput(serializers.Serializer[Any]):
    method = serializers.CharField()
    path = serializers.CharField()
    body = serializers.DictField()


class FixOutput(serializers.Serializer[Any]):
    advice = serializers.CharField()
    call = CallOutput(allow_null=True, help_text="The request that mends it; null: reshoot.")


class BoundsOutput(serializers.Serializer[Any]):
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)


class RuleOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    measures = serializers.CharField(help_text="The measure or fact that it is about.")
    passed = serializers.BooleanField(allow_null=True, help_text="Null: cannot be judged.")
    measured = serializers.FloatField(allow_null=True)
    required = BoundsOutput()  # type: ignore[assignment]
    is_required = serializers.BooleanField(help_text="False: a recommendation.")
    fix = FixOutput(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    as_of = serializers.DateField(help_text="When it was held against its source.")


class SubjectOutput(serializers.Serializer[Any]):
    found = serializers.BooleanField()
    confidence = serializers.FloatField()
    measured = serializers.ChoiceField(choices=["garment", "whole frame"])


class FileOutput(serializers.Serializer[Any]):
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    bytes = serializers.IntegerField(allow_null=True)
    format = serializers.CharField(allow_null=True)


class AssessmentOutput(serializers.Serializer[Any]):
    """What was measured in a photo, and what came of a profile's rules."""

    image = serializers.UUIDField(allow_null=True)
    score = serializers.FloatField(help_text="0 to 100.")
    verdict = serializers.ChoiceField(choices=VERDICTS)
    parts = serializers.DictField(child=serializers.FloatField(allow_null=True))
    measures = NamedMeasureOutput(many=True)
    subject = SubjectOutput()
    file = FileOutput()
    profile = serializers.CharField()
    passed = serializers.BooleanField()
    rules = RuleOutput(many=True)


class ListedReportOutput(serializers.Serializer[Any]):
    """Where an image's report stands, in a list."""

    image = serializers.UUIDField()
    name = serializers.CharField()
    photo_url = serializers.URLField()
    status = serializers.ChoiceField(choices=Image.Status.choices)
    state = serializers.ChoiceField(choices=Job.State.choices)
    outcome = serializers.ChoiceField(choices=OUTCOMES, allow_null=True)
    is_current = serializers.BooleanField(help_text="Whether it is of the photo of today.")
    problem = ProblemOutput(allow_null=True)
    measured_at = serializers.DateTimeField()
    score = serializers.FloatField(required=False)
    verdict = serializers.ChoiceField(choices=VERDICTS, required=False)
    profile = serializers.CharField(required=False)
    passed = serializers.BooleanField(required=False)
    failed_rules = serializers.ListField(child=serializers.CharField(), required=False)


class ReportOutput(AssessmentOutput):
    """An image's report; figures are there once `state` has been `done`."""

    name = serializers.CharField()
    photo_url = serializers.URLField()
    status = serializers.ChoiceField(choices=Image.Status.choices)
    state = serializers.ChoiceField(choices=Job.State.choices)
    outcome = serializers.ChoiceField(choices=OUTCOMES, allow_null=True)
    is_current = serializers.BooleanField()
    problem = ProblemOutput(allow_null=True)
    measured_at = serializers.DateTimeField()


class PhotoOutput(serializers.Serializer[Any]):
    image = serializers.UUIDField(allow_null=True)
    photo_url = serializers.URLField(allow_null=True)


class ComparedPhotoOutput(PhotoOutput):
    score = serializers.FloatField(required=False)
    parts = serializers.DictField(required=False)


class ChangeOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    before = MeasureOutput()
    after = MeasureOutput()


class AppliedStepOutput(serializers.Serializer[Any]):
    step = serializers.CharField()
    amount = serializers.FloatField()
    unit = serializers.CharField()


class ImprovementOutput(serializers.Serializer[Any]):
    """What was done to a photo, and every measure before and after."""

    score_before = serializers.FloatField()
    score_after = serializers.FloatField()
    changes = ChangeOutput(many=True)
    applied = AppliedStepOutput(many=True)
    taken_back = serializers.ListField(
        child=serializers.CharField(), help_text="Steps that would have done harm."
    )
    colour_change = serializers.FloatField(help_text="Of the garment, ΔE2000 at equal lightness.")
    lightness_change = serializers.FloatField(help_text="Of the garment, OKLab.")


class ComparedEnhancementOutput(ImprovementOutput):
    photo = serializers.ChoiceField(choices=["first", "second"])
    photo_url = serializers.URLField()


class JobOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    stage = serializers.CharField()
    progress = serializers.FloatField(help_text="0 to 1.")
    problem = ProblemOutput(allow_null=True)
    took_ms = serializers.FloatField(allow_null=True)
    created_at = serializers.DateTimeField()


class ComparedMeasureOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    first = MeasureOutput()
    second = MeasureOutput()
    better = serializers.ChoiceField(choices=SIDES)


class LikenessOutput(serializers.Serializer[Any]):
    ssim = serializers.FloatField()
    psnr = serializers.FloatField(help_text="dB.")
    gmsd = serializers.FloatField()
    overlap = serializers.FloatField()


class ComparisonOutput(JobOutput):
    """Two photos side by side; figures are there once `state` is `done`."""

    first = ComparedPhotoOutput()
    second = ComparedPhotoOutput()
    enhancement_level = serializers.FloatField()
    profile = serializers.CharField()
    measures = ComparedMeasureOutput(many=True, required=False)
    better = serializers.ChoiceField(choices=SIDES, required=False)
    likeness = LikenessOutput(
        allow_null=True, required=False, help_text="Null: they do not show the same scene."
    )
    enhancement = ComparedEnhancementOutput(
        allow_null=True, required=False, help_text="The weaker one's; null: nothing was needed."
    )
    advice = serializers.CharField(required=False)


class EnhancedPhotoOutput(serializers.Serializer[Any]):
    photo_url = serializers.URLField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class EnhancementOutput(JobOutput, ImprovementOutput):
    """A photo made better; figures are there once `state` is `done`."""

    standing = serializers.ChoiceField(choices=Enhancement.Standing.choices, allow_null=True)
    batch = serializers.UUIDField(allow_null=True)
    level = serializers.FloatField()
    steps = serializers.ListField(child=serializers.CharField())
    profile = serializers.CharField()
    before = PhotoOutput()
    after = EnhancedPhotoOutput(required=False)


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch, and how far it has got."""

    progress = serializers.SerializerMethodField(help_text="The share that is done, 0 to 1.")
    counts = serializers.SerializerMethodField(
        help_text="How many are `pending` or `failed`, and of those done how they stand."
    )

    class Meta:
        model = Batch
        fields = ("id", "level", "steps", "profile", "applies", "created_at", "progress", "counts")

    def get_progress(self, batch: Any) -> float:
        return round(1 - batch.pending / batch.images, 3) if batch.images else 1.0

    def get_counts(self, batch: Any) -> dict[str, int]:
        names = ("images", "pending", "failed", *Enhancement.Standing.values)
        return {name: getattr(batch, name) for name in names}


class ProfileRuleOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    measures = serializers.CharField()
    least = serializers.FloatField(allow_null=True)
    most = serializers.FloatField(allow_null=True)
    is_required = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]
    as_of = serializers.DateField()


class ProfileOutput(serializers.Serializer[Any]):
    """A set of rules, and the frame that enhancement aims at."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    aspect = serializers.FloatField(allow_null=True, help_text="Width by height; null: any.")
    fill = serializers.FloatField()
    wants_white = serializers.BooleanField()
    rules = ProfileRuleOutput(many=True)


class ScoreBinOutput(serializers.Serializer[Any]):
    to = serializers.IntegerField()
    images = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(), **super().get_fields()}


class FailedRuleOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    images = serializers.IntegerField()


class BreachOutput(serializers.Serializer[Any]):
    """A photo that breaks the shop's own consistency."""

    image = serializers.UUIDField()
    name = serializers.CharField()
    photo_url = serializers.URLField()
    groups = serializers.ListField(
        child=serializers.ChoiceField(choices=["background", "framing", "light"])
    )
    looks = serializers.ListField(child=serializers.CharField())
    distance = serializers.FloatField(help_text="The modified z-score; above 3.5 is far.")


class SummaryOutput(serializers.Serializer[Any]):
    """Where the shop's photos stand as a whole."""

    images = serializers.IntegerField()
    measured = serializers.IntegerField()
    pending = serializers.IntegerField()
    failed = serializers.IntegerField()
    passed = serializers.IntegerField()
    held = serializers.IntegerField()
    mean_score = serializers.FloatField(allow_null=True)
    scores = ScoreBinOutput(many=True)
    verdicts = serializers.DictField(child=serializers.IntegerField())
    failed_rules = FailedRuleOutput(many=True)
    breaches = BreachOutput(many=True)


class CountOutput(serializers.Serializer[Any]):
    retried = serializers.IntegerField()
