"""Replays: try a change of the ranking on the shop's last prompts, before it goes live."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import VectorIndex
from core.api.csv import CSVRenderer
from core.api.views import NewestFirst, validate
from recommendations.api.steering.rules import RuleInput
from recommendations.api.steering.synonyms import SynonymInput
from recommendations.api.steering.weights import SteeringMixin, WeightsInput
from recommendations.models import Replay, ReplayedPrompt, Rule, Synonym
from recommendations.ranking.match import MATCHES
from recommendations.replays import reports, requests
from recommendations.replays.comparison import FIRST
from recommendations.replays.proposals import RankingChange
from recommendations.replays.reports import ReplayedAnswers
from tenants.api.base import TenantViewSet
from tenants.api.idempotency import idempotent

# Each rule is checked against the catalogue.
MAX_CHANGED_RULES = 50
MAX_CHANGED_SYNONYMS = 500

CHANGE = {
    "rules": {
        "add": [
            {
                "name": "Linen first",
                "action": "boost",
                "strength": 0.4,
                "target": {"styles": ["summer"]},
                "prompts": ["holiday"],
            }
        ]
    }
}


class ReplacedRuleInput(RuleInput):
    id = serializers.UUIDField(help_text="The rule whose place it takes.")


class RuleChangesInput(serializers.Serializer[Any]):
    """Changes of rules. Their dates do not count: they apply to every prompt of the replay."""

    add = serializers.ListField(child=RuleInput(), default=list, max_length=MAX_CHANGED_RULES)
    replace = serializers.ListField(
        child=ReplacedRuleInput(), default=list, max_length=MAX_CHANGED_RULES
    )
    remove = serializers.ListField(
        child=serializers.UUIDField(), default=list, max_length=MAX_CHANGED_RULES
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ids = [*(rule["id"] for rule in attrs["replace"]), *attrs["remove"]]
        if len(set(ids)) < len(ids):
            raise serializers.ValidationError("Name each rule once.", code="repeated")
        known = set(Rule.objects.filter(pk__in=ids).values_list("pk", flat=True))
        if missing := [str(pk) for pk in ids if pk not in known]:
            message = f"There is no rule {', '.join(missing)}."
            raise serializers.ValidationError(message, code="unknown")
        return attrs


class SynonymChangesInput(serializers.Serializer[Any]):
    """Changes of synonyms."""

    add = serializers.ListField(child=SynonymInput(), default=list, max_length=MAX_CHANGED_SYNONYMS)
    remove = serializers.ListField(
        child=serializers.UUIDField(), default=list, max_length=MAX_CHANGED_SYNONYMS
    )

    def validate_remove(self, ids: list[UUID]) -> list[UUID]:
        known = set(Synonym.objects.filter(pk__in=ids).values_list("pk", flat=True))
        if missing := [str(pk) for pk in ids if pk not in known]:
            message = f"There is no synonym {', '.join(missing)}."
            raise serializers.ValidationError(message, code="unknown")
        return ids


class ReplayInput(serializers.Serializer[Any]):
    """What would change; what is not named stays as it is."""

    weights = WeightsInput(
        required=False, help_text="As `PUT ranking/` takes them: omitted ones are the defaults."
    )
    rules = RuleChangesInput(required=False)
    synonyms = SynonymChangesInput(required=False)
    index = serializers.UUIDField(
        required=False,
        help_text="The index with another encoder that would answer: the one in `index/models/` "
        "that waits for its `switch/`.",
    )
    number_of_prompts = serializers.IntegerField(
        min_value=1, max_value=requests.MAX_PROMPTS, default=requests.MAX_PROMPTS
    )

    def validate_index(self, pk: UUID) -> UUID:
        if not VectorIndex.objects.filter(pk=pk).exists():
            raise serializers.ValidationError(f"There is no index {pk}.", code="unknown")
        return pk

    def make_change(self) -> RankingChange:
        fields = validate(self)
        rules, synonyms = fields.get("rules", {}), fields.get("synonyms", {})
        return RankingChange(
            weights=fields.get("weights"),
            added=rules.get("add", ()),
            replaced=rules.get("replace", ()),
            removed=rules.get("remove", ()),
            synonyms_added=synonyms.get("add", ()),
            synonyms_removed=synonyms.get("remove", ()),
            index=fields.get("index"),
        )


class RuleChangesSerializer(serializers.Serializer[Any]):
    add = serializers.JSONField(source="added")
    replace = serializers.JSONField(source="replaced")
    remove = serializers.JSONField(source="removed")


@extend_schema_field(RuleChangesInput)
class RuleChangesField(RuleChangesSerializer):
    """Changes of rules as they were proposed."""


class SynonymChangesSerializer(serializers.Serializer[Any]):
    """Defaults are those of replays that the release before stored."""

    add = serializers.ListField(
        child=serializers.JSONField(), source="synonyms_added", default=list
    )
    remove = serializers.ListField(
        child=serializers.UUIDField(), source="synonyms_removed", default=list
    )


@extend_schema_field(SynonymChangesInput)
class SynonymChangesField(SynonymChangesSerializer):
    """Changes of synonyms as they were proposed."""


class ReplayFailureSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    count = serializers.IntegerField()


def _count(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text)


class ReplaySummarySerializer(serializers.Serializer[Any]):
    """Figures of the prompts compared so far; each sum is over all of them."""

    chosen = _count("Prompts of the replay; 0 until a worker has begun.")
    done = _count("Prompts that are compared, or failed.")
    answered = _count("Prompts with both answers, which the other figures are about.")
    failed = _count("Prompts that cannot be answered, on either side.")
    failures = ReplayFailureSerializer(many=True)
    changed = _count("Prompts whose first results differ.")
    overlap = serializers.FloatField(
        allow_null=True, help_text=f"Mean share of the first {FIRST} products that both have."
    )
    moved = _count("Products in both answers, at different places.")
    entered = _count("Products only in the proposed answer.")
    left = _count("Products only in the present answer.")
    no_match_rate_before = serializers.FloatField(allow_null=True)
    no_match_rate_after = serializers.FloatField(
        allow_null=True, help_text="The share of prompts of which no first result matches."
    )
    clicked = _count("Products that shoppers clicked, on any page.")
    clicks_before = _count(f"Of these, products among the first {FIRST} now.")
    clicks_after = _count(f"Of these, products among the first {FIRST} after the change.")
    clicks_lost = _count(f"Clicked products that fall out of the first {FIRST}.")
    clicks_won = _count(f"Clicked products that come into the first {FIRST}.")


class ReplayedResultSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="The image.")
    external_id = serializers.CharField(help_text="Your own id of its product.")
    name = serializers.CharField(help_text="Empty if it is not in the catalogue any more.")
    photo_url = serializers.SerializerMethodField()
    match = serializers.ChoiceField(choices=MATCHES, allow_null=True)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_photo_url(self, result: reports.ReplayedResult) -> str | None:
        url: str | None = result.photo_url
        return self.context["request"].build_absolute_uri(url) if url else None


class ReplayProblemSerializer(serializers.Serializer[Any]):
    """Why a prompt, or the replay, has no result."""

    code = serializers.CharField()
    detail = serializers.CharField()


class _PromptFigures(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="row.prompt_id", help_text="`prompts/{id}/` shows it.")
    prompt = serializers.CharField(source="row.prompt.prompt")
    asked_at = serializers.DateTimeField(source="row.prompt.created_at")
    difference = serializers.FloatField(
        source="row.difference",
        allow_null=True,
        help_text="From 0 to 1; the top of the answer weighs most. Null without both answers.",
    )
    overlap = serializers.FloatField(source="row.overlap", allow_null=True)
    moved = serializers.IntegerField(source="row.moved")
    entered = serializers.IntegerField(source="row.entered")
    left = serializers.IntegerField(source="row.left")
    clicked = serializers.IntegerField(source="row.clicked")
    clicks_lost = serializers.IntegerField(source="row.clicks_lost")
    clicks_won = serializers.IntegerField(source="row.clicks_won")


class ReplayedPromptSerializer(_PromptFigures):
    """A prompt, and its first results before and after the change."""

    problem = ReplayProblemSerializer(source="row.problem", allow_null=True)
    before = ReplayedResultSerializer(many=True)
    after = ReplayedResultSerializer(many=True)


class ReplayRowSerializer(_PromptFigures):
    """A prompt as a row of a table: products are their ids, the best first."""

    problem = serializers.SerializerMethodField()
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    def get_problem(self, answers: ReplayedAnswers) -> str:
        return str(answers.row.problem["code"]) if answers.row.problem else ""

    def get_before(self, answers: ReplayedAnswers) -> str:
        return " ".join(result.external_id or result.id for result in answers.before)

    def get_after(self, answers: ReplayedAnswers) -> str:
        return " ".join(result.external_id or result.id for result in answers.after)


class ReplaySerializer(serializers.ModelSerializer[Replay]):
    """A replay, and what was proposed."""

    weights = WeightsInput(source="change.weights", allow_null=True)
    rules = RuleChangesField(source="change")
    synonyms = SynonymChangesField(source="change")
    index = serializers.UUIDField(source="change.index", allow_null=True)
    problem = ReplayProblemSerializer(allow_null=True, help_text="Why it failed.")

    class Meta:
        model = Replay
        fields: tuple[str, ...] = (
            *("id", "state", "problem", "weights", "rules", "synonyms", "index"),
            *("number_of_prompts", "created_at", "finished_at"),
        )
        read_only_fields: tuple[str, ...] = fields


class ReplayDetailSerializer(ReplaySerializer):
    """A replay with its figures, and the prompts that change most."""

    summary = serializers.SerializerMethodField()
    most_changed = serializers.SerializerMethodField(
        help_text=f"At most {reports.MAX_SHOWN}; `replays/{{id}}/prompts/` lists all prompts."
    )

    class Meta(ReplaySerializer.Meta):
        fields = (*ReplaySerializer.Meta.fields, "summary", "most_changed")
        read_only_fields = fields

    @extend_schema_field(ReplaySummarySerializer)
    def get_summary(self, replay: Replay) -> Any:
        return ReplaySummarySerializer(reports.read_summary(replay)).data

    @extend_schema_field(ReplayedPromptSerializer(many=True))
    def get_most_changed(self, replay: Replay) -> Any:
        found = reports.read_most_changed(replay)
        return ReplayedPromptSerializer(found, many=True, context=self.context).data


class PromptOrder(NewestFirst):
    """Pages of a replay's prompts, the newest prompt first."""

    ordering = "-prompt_id"


EXAMPLE: dict[str, Any] = {
    "id": "019ad3a2-7a00-7000-8000-000000000000",
    "state": "done",
    "problem": None,
    "weights": None,
    "rules": {**CHANGE["rules"], "replace": [], "remove": []},
    "synonyms": {"add": [], "remove": []},
    "index": None,
    "number_of_prompts": 1_000,
    "created_at": "2026-11-20T09:30:00Z",
    "finished_at": "2026-11-20T09:31:10Z",
    "summary": {
        **{"chosen": 1_000, "done": 1_000, "answered": 996, "failed": 4},
        "failures": [{"code": "photo_not_stored", "count": 4}],
        **{"changed": 73, "overlap": 0.9871, "moved": 412, "entered": 122, "left": 122},
        **{"no_match_rate_before": 0.0412, "no_match_rate_after": 0.0412},
        **{"clicked": 310, "clicks_before": 284, "clicks_after": 291},
        **{"clicks_lost": 2, "clicks_won": 9},
    },
    "most_changed": [],
}


@extend_schema_view(
    list=extend_schema(
        summary="List replays, the newest first",
        description=f"They are stored for 30 days; of a shop, the newest {requests.MAX_REPLAYS}.",
    ),
    retrieve=extend_schema(
        summary="Show a replay with its figures so far",
        responses=ReplayDetailSerializer,
        examples=[OpenApiExample("A replay that is done", EXAMPLE, response_only=True)],
    ),
)
@extend_schema(tags=["steering"])
class ReplayViewSet(SteeringMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """A change of the ranking, tried on the shop's last prompts."""

    serializer_class = ReplaySerializer
    row_serializer_class = ReplayRowSerializer
    filterset_fields = ("state",)

    def get_queryset(self) -> QuerySet[Replay]:
        rows: QuerySet[Replay] = Replay.objects.all()
        return rows

    def get_serializer_class(self) -> Any:
        return ReplaySerializer if self.action == "list" else ReplayDetailSerializer

    @extend_schema(
        summary="Try a change on the last prompts",
        description="Answers the shop's last searches twice, as the ranking is now and with the "
        "proposed weights, rules, synonyms or index, on the catalogue of now. A worker does it "
        "with low priority; nothing is recorded as a search, and nothing goes live. Feeds, further "
        "pages and the stylist's searches are left out, and an experiment takes no part. A shop "
        "has one replay at a time.",
        request=ReplayInput,
        responses={202: ReplayDetailSerializer},
        examples=[
            OpenApiExample(
                "Other weights and one more rule, on the last 200 prompts",
                {"weights": {"popularity": 0.3}, **CHANGE, "number_of_prompts": 200},
                request_only=True,
            ),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        body = ReplayInput(data=request.data)
        change = body.make_change()
        replay = requests.start_replay(
            shop=self.shop,
            change=change,
            number_of_prompts=body.validated_data["number_of_prompts"],
        )
        replay.refresh_from_db()  # the change as it is stored
        return Response(self.get_serializer(replay).data, status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="List the prompts of a replay, the newest first",
        description="With `format=csv`, all of them as a table.",
        responses={
            (200, "application/json"): ReplayedPromptSerializer(many=True),
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    @action(
        detail=True,
        filterset_fields=(),
        pagination_class=PromptOrder,
        renderer_classes=(JSONRenderer, CSVRenderer),
    )
    def prompts(self, request: Request, pk: str) -> Response:
        done = ReplayedPrompt.objects.filter(replay=self.get_object(), is_done=True)
        rows = done.select_related("prompt").order_by("-prompt_id")
        if request.accepted_renderer.format == CSVRenderer.format:
            body = {"results": ReplayRowSerializer(reports.read_answers(rows), many=True).data}
            headers = {"Content-Disposition": f'attachment; filename="replay-{pk}.csv"'}
            return Response(body, headers=headers)
        page = reports.read_answers(self.paginate_queryset(rows) or [])
        context = self.get_serializer_context()
        shown = ReplayedPromptSerializer(page, many=True, context=context)
        return self.get_paginated_response(shown.data)

    @extend_schema(
        summary="Cancel a replay",
        description="It ends before its next prompt; what it has compared stays.",
        request=None,
        responses={202: ReplayDetailSerializer},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        replay = self.get_object()
        requests.cancel_replay(replay=replay)
        return Response(self.get_serializer(replay).data, status.HTTP_202_ACCEPTED)
