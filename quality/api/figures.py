"""Serializers of figures: measures, and what an enhancement changed."""

from typing import Any

from rest_framework import serializers

from quality.measure.scales import Verdict

VERDICTS = [verdict.value for verdict in Verdict]


class FigureField(serializers.FloatField):
    """A number, rounded to `digits` where they are given."""

    def __init__(self, digits: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.digits = digits

    def to_representation(self, value: Any) -> Any:
        return value if self.digits is None else round(value, self.digits)


class MeasureOutput(serializers.Serializer[Any]):
    """A `Measure`."""

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
    """The steps that were applied to a photo, and every measure before and after.

    Renders the `improvement` of a comparison or an enhancement.
    """

    score_before = FigureField(1, source="improvement.before.score")
    score_after = FigureField(1, source="improvement.after.score")
    changes = ChangeOutput(many=True, source="improvement.changes")
    applied = AppliedStepOutput(many=True, source="improvement.applied")
    taken_back = serializers.ListField(
        child=serializers.CharField(),
        source="improvement.taken_back",
        help_text="Steps that would have done harm.",
    )
    colour_change = FigureField(
        2,
        source="improvement.colour_change",
        help_text="Of the garment, ΔE2000 at equal lightness.",
    )
    lightness_change = FigureField(
        4, source="improvement.lightness_change", help_text="Of the garment, OKLab."
    )
