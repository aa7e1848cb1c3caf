"""Images whose photos contradict the kind or the colour that the shop states."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.image_serializers import ImageSerializer, select_images
from catalog.facts.contradictions import (
    FACETS,
    confirm_statement,
    narrow_to_contradictions,
    read_contradictions,
)
from catalog.models import ContradictionReview, Image
from core.api.views import NewestFirst, validate, validate_parameters
from tenants.api.base import TenantViewSet
from tenants.models import Scope


class ContradictionParameters(serializers.Serializer[Any]):
    """Query parameters of the list of contradictions."""

    facet = serializers.ChoiceField(
        choices=ContradictionReview.ContradictedFacet.choices,
        required=False,
        help_text="Only contradictions of this facet.",
    )


class ContradictionSerializer(serializers.Serializer[Any]):
    """One facet that you state otherwise than the photo shows it."""

    facet = serializers.ChoiceField(choices=ContradictionReview.ContradictedFacet.choices)
    stated = serializers.CharField(help_text="The name of your category, or your colour.")
    seen = serializers.CharField(help_text="The kind or the basic colour that the photo shows.")
    confidence = serializers.FloatField(help_text="How often such a seen value is right, 0 to 1.")


class ContradictedImageSerializer(serializers.Serializer[Any]):
    """An image and its contradictions."""

    image = ImageSerializer()
    contradictions = ContradictionSerializer(many=True)


class ContradictionReviewInput(serializers.Serializer[Any]):
    facet = serializers.ChoiceField(choices=ContradictionReview.ContradictedFacet.choices)


class ContradictionViewSet(TenantViewSet):
    """Contradictions between statements and photos; the id is that of the image."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    serializer_class = ContradictedImageSerializer
    pagination_class = NewestFirst
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Image]:
        return select_images()

    @extend_schema(
        tags=["catalogue"],
        summary="List images whose photos contradict the kind or the colour you state",
        description="Only sure seen values contradict. Wider and narrower kinds agree, and so do "
        "near colours such as navy and blue; it is enough that one garment of the photo agrees. "
        "Correct the image, or review the contradiction if you are right.",
        parameters=[ContradictionParameters],
    )
    def list(self, request: Request) -> Response:
        wanted = validate_parameters(ContradictionParameters(data=request.query_params))
        facets = [wanted["facet"]] if "facet" in wanted else FACETS
        images = self.paginate_queryset(narrow_to_contradictions(self.get_queryset(), facets))
        found = read_contradictions([image.pk for image in images or ()], facets)
        rows = [
            {"image": image, "contradictions": found[image.pk]}
            for image in images or ()
            if image.pk in found
        ]
        return self.get_paginated_response(self.get_serializer(rows, many=True).data)

    @extend_schema(
        tags=["catalogue"],
        summary="Review a contradiction: what you state is right",
        description="It leaves the list until the photo or your statement changes.",
        request=ContradictionReviewInput,
        responses={
            204: OpenApiResponse(description="Reviewed."),
            409: OpenApiResponse(description="The photo does not contradict this facet."),
        },
        examples=[OpenApiExample("The category is right", {"facet": "kind"}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        image = self.get_object()
        facet = validate(ContradictionReviewInput(data=request.data))["facet"]
        confirm_statement(image=image, facet=facet)
        return Response(status=status.HTTP_204_NO_CONTENT)
