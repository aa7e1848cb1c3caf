from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.base import TenantAPIView
from tenants.models import Scope, Shop


class ShopSerializer(serializers.ModelSerializer[Shop]):
    class Meta:
        model = Shop
        fields = ("id", "name", "created_at")


@extend_schema(tags=["access"])
class ShopView(TenantAPIView):
    read_scope = Scope.CATALOG_READ
    serializer_class = ShopSerializer

    @extend_schema(summary="The shop this key or member belongs to", responses=ShopSerializer)
    def get(self, request: Request) -> Response:
        return Response(ShopSerializer(self.shop).data)
