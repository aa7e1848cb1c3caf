"""Synonyms: what the words of shoppers mean in this shop, one by one and as files."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.imports.exports import JSONLinesRenderer
from core.api.csv import CSVRenderer
from core.api.views import validate
from recommendations.api.steering.weights import SteeringMixin
from recommendations.demand.suggestions import list_suggestions
from recommendations.models import Synonym, SynonymSuggestion
from recommendations.models.synonyms import MAX_PHRASE_LENGTH
from recommendations.query.synonyms import MAX_MEANINGS
from recommendations.steering import synonyms
from recommendations.steering.synonym_files import (
    MAX_ROWS,
    read_synonym_file,
    write_csv,
    write_json_lines,
)
from tenants.api.base import TenantAPIView, TenantViewSet
from tenants.api.idempotency import idempotent
from tenants.models import Scope

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_PROBLEMS = 100


class SynonymSerializer(serializers.ModelSerializer[Synonym]):
    class Meta:
        model = Synonym
        fields = ("id", "phrase", "meaning", "is_two_way", "created_at", "updated_at")
        read_only_fields = fields


class SynonymInput(serializers.Serializer[Synonym]):
    phrase = serializers.CharField(
        max_length=MAX_PHRASE_LENGTH,
        help_text=f"As shoppers write it: up to {synonyms.MAX_PHRASE_WORDS} words. Case, accents "
        "and plurals do not count.",
    )
    meaning = serializers.CharField(
        max_length=MAX_PHRASE_LENGTH, help_text="What the shop calls it: as many words."
    )
    is_two_way = serializers.BooleanField(
        default=False, help_text="Searches for the meaning find the phrase too."
    )

    class Meta:
        examples: ClassVar[dict[str, Any]] = {
            "phrase": "pram suit",
            "meaning": "snowsuit",
            "is_two_way": False,
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        texts = {
            name: attrs.get(name, getattr(self.instance, name, ""))
            for name in ("phrase", "meaning")
        }
        if fault := synonyms.find_fault(**texts):
            raise serializers.ValidationError({fault.field: [fault.detail]}, code=fault.code)
        return attrs


SYNONYM = {
    "id": "0199d0c4-7a00-7000-8000-000000000000",
    **SynonymInput.Meta.examples,
    "created_at": "2026-11-20T09:30:00Z",
    "updated_at": "2026-11-20T09:30:00Z",
}


@extend_schema_view(
    list=extend_schema(summary="List the shop's synonyms, newest first"),
    retrieve=extend_schema(summary="Show one synonym"),
)
@extend_schema(tags=["steering"])
class SynonymViewSet(
    SteeringMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet
):
    """Words and phrases that mean the same in this shop."""

    serializer_class = SynonymSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Synonym]:
        rows: QuerySet[Synonym] = Synonym.objects.all()
        return rows

    @extend_schema(
        summary="Add a synonym",
        description="A search for `phrase` also finds products with the words of `meaning`, and "
        "with `is_two_way` the other way round. Where the encoder does not know the phrase, it "
        f"gets the meaning. The oldest {MAX_MEANINGS} meanings of a phrase count. At most "
        f"{synonyms.MAX_SYNONYMS:,} synonyms.",
        request=SynonymInput,
        responses={201: SynonymSerializer},
        examples=[
            OpenApiExample("One way", SynonymInput.Meta.examples, request_only=True),
            OpenApiExample(
                "Both ways",
                {"phrase": "jumper", "meaning": "sweater", "is_two_way": True},
                request_only=True,
            ),
            OpenApiExample("The synonym", SYNONYM, response_only=True),
        ],
    )
    @idempotent
    def create(self, request: Request) -> Response:
        fields = validate(SynonymInput(data=request.data))
        synonym = synonyms.create_synonym(shop=self.shop, fields=fields)
        return Response(SynonymSerializer(synonym).data, status.HTTP_201_CREATED)

    @extend_schema(summary="Replace a synonym", request=SynonymInput)
    def update(self, request: Request, pk: str, *, partial: bool = False) -> Response:
        synonym = self.get_object()
        ignored = () if partial else SynonymSerializer.Meta.fields
        fields = validate(
            SynonymInput(synonym, data=request.data, partial=partial), ignored=ignored
        )
        synonyms.update_synonym(shop=self.shop, synonym=synonym, fields=fields)
        return Response(SynonymSerializer(synonym).data)

    @extend_schema(summary="Change parts of a synonym", request=SynonymInput)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self.update(request, pk, partial=True)

    @extend_schema(
        summary="Delete a synonym", responses={204: OpenApiResponse(description="Deleted.")}
    )
    def destroy(self, request: Request, pk: str) -> Response:
        synonyms.delete_synonym(shop=self.shop, synonym=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class SynonymFileInput(serializers.Serializer[Any]):
    file = serializers.FileField(
        help_text=f"CSV with the columns phrase, meaning and is_two_way, or JSON Lines; at most "
        f"{MAX_ROWS:,} rows and {MAX_FILE_BYTES // 1024**2} MB."
    )

    def validate_file(self, file: Any) -> Any:
        if file.size > MAX_FILE_BYTES:
            raise serializers.ValidationError(f"Send at most {MAX_FILE_BYTES // 1024**2} MB.")
        return file


class SynonymProblemSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Its number in the file, from 1.")
    code = serializers.CharField()
    detail = serializers.CharField()


class SynonymImportSerializer(serializers.Serializer[Any]):
    """What an import of synonyms did."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    failed = serializers.IntegerField(help_text="Rows that are no synonyms of the shop now.")
    problems = SynonymProblemSerializer(many=True, help_text=f"The first {MAX_PROBLEMS}.")


class SynonymImportView(TenantAPIView):
    """Synonyms from a file."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = SynonymFileInput

    @extend_schema(
        tags=["steering"],
        summary="Import synonyms from a file",
        description="Adds synonyms, and changes those with the same phrase and meaning; deletes "
        "none. A bad row stops no other. The file may be one of `synonyms/export/`.",
        request={"multipart/form-data": SynonymFileInput},
        responses={200: SynonymImportSerializer},
        examples=[
            OpenApiExample(
                "One bad row",
                {
                    **{"created": 120, "updated": 3, "unchanged": 40, "failed": 1},
                    "problems": [
                        {
                            "row": 7,
                            "code": "same",
                            "detail": "`meaning`: Write other words than those of the phrase.",
                        }
                    ],
                },
                response_only=True,
            )
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        file = validate(SynonymFileInput(data=request.data))["file"]
        rows, problems = read_synonym_file(file)
        outcome = synonyms.import_synonyms(shop=self.shop, rows=rows)
        refused = sorted([*problems, *outcome.problems], key=lambda problem: problem.row)
        body = {
            "created": outcome.created,
            "updated": outcome.updated,
            "unchanged": outcome.unchanged,
            "failed": len(refused),
            "problems": refused[:MAX_PROBLEMS],
        }
        return Response(SynonymImportSerializer(body).data)


class SynonymExportView(SteeringMixin, TenantAPIView):
    """All synonyms as a file."""

    serializer_class = SynonymSerializer
    renderer_classes = (JSONLinesRenderer, CSVRenderer)

    @extend_schema(
        tags=["steering"],
        summary="Export all synonyms",
        description="As JSON Lines, or with `format=csv` as a table in which no cell is a formula. "
        "`POST synonyms/import/` reads both.",
        responses={
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        chosen = request.accepted_renderer
        write = write_csv if chosen.format == CSVRenderer.format else write_json_lines
        return HttpResponse(
            write(Synonym.objects.order_by("pk")),
            content_type=f"{chosen.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="synonyms.{chosen.format}"'},
        )


class SynonymSuggestionSerializer(serializers.ModelSerializer[SynonymSuggestion]):
    class Meta:
        model = SynonymSuggestion
        fields = ("phrase", "meaning", "shoppers", "computed_at")
        read_only_fields = fields


class SynonymSuggestionsSerializer(serializers.Serializer[Any]):
    results = SynonymSuggestionSerializer(many=True)


class SynonymSuggestionsView(SteeringMixin, TenantAPIView):
    """What shoppers replaced by other words, with success."""

    serializer_class = SynonymSuggestionsSerializer

    @extend_schema(
        tags=["steering"],
        summary="List suggested synonyms, the most frequent first",
        description="Words of searches without a match, and the words that the same shoppers tried "
        "within five minutes and that led to a click. At least two shoppers or sessions did so. "
        "Computed every night, at most 100. Those that you add as synonyms leave the list.",
        examples=[
            OpenApiExample(
                "A suggestion",
                {
                    "results": [
                        {
                            **{"phrase": "pram suit", "meaning": "snowsuit", "shoppers": 7},
                            "computed_at": "2026-11-20T02:30:00Z",
                        }
                    ]
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer({"results": list_suggestions()}).data)
