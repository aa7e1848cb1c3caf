"""Purchases: the garments that would complete the most outfits of a shopper."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import validate
from recommendations.api.shoppers import EXTERNAL_ID
from stylist.api.base import ScoreField, ShopperMixin
from stylist.api.outfits import OutfitOutput, WishInput, make_wish, outfit_context
from stylist.outfits.suggestions import PurchaseAdvice, advise_purchases
from tenants.api.base import TenantAPIView

MAX_PURCHASES = 10


class PurchasesInput(WishInput):
    number_of_images = serializers.IntegerField(min_value=1, max_value=MAX_PURCHASES, default=3)


class PurchaseOutput(serializers.Serializer[PurchaseAdvice]):
    """A purchase: how many good outfits it makes possible, and the best of them."""

    image = serializers.UUIDField(source="purchase.garment.id")
    outfits = serializers.IntegerField(source="purchase.outfits")
    mean_score = ScoreField(source="purchase.mean_total")
    best = OutfitOutput()


class PurchasesOutput(serializers.Serializer[Any]):
    purchases = PurchaseOutput(many=True)


@extend_schema(tags=["stylist"])
class PurchasesView(ShopperMixin, TenantAPIView):
    """Advice on purchases."""

    serializer_class = PurchasesOutput

    @extend_schema(
        summary="Find the purchases that would complete the most outfits",
        parameters=[EXTERNAL_ID],
        request=PurchasesInput,
        responses=PurchasesOutput,
    )
    def post(self, request: Request, external_id: str) -> Response:
        if (shopper := self.shopper) is None:
            raise Http404
        data = validate(PurchasesInput(data=request.data))
        advice = advise_purchases(
            shopper=shopper, wish=make_wish(data), count=data["number_of_images"]
        )
        context = outfit_context([row.best for row in advice], request)
        return Response(PurchasesOutput({"purchases": advice}, context=context).data)
