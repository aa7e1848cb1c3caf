"""Secrets by which the shop's server signs shopper tokens."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.base import TenantViewSet
from tenants.models import MANAGE_SHOP, ShopperSigningSecret
from tenants.shopper_tokens import MAX_SIGNING_SECRETS, create_signing_secret


class SigningSecretSerializer(serializers.ModelSerializer[ShopperSigningSecret]):
    """A signing secret without the secret itself."""

    kid = serializers.UUIDField(source="id", help_text="The `kid` in the header of its tokens.")

    class Meta:
        model = ShopperSigningSecret
        fields: tuple[str, ...] = ("kid", "created_at")
        read_only_fields = fields


class NewSigningSecretSerializer(SigningSecretSerializer):
    """A new signing secret, which is shown only this once."""

    secret = serializers.CharField(help_text="The key of HS256: these characters as UTF-8.")

    class Meta(SigningSecretSerializer.Meta):
        fields = (*SigningSecretSerializer.Meta.fields, "secret")
        read_only_fields = fields


@extend_schema_view(list=extend_schema(summary="List the secrets for shopper tokens"))
@extend_schema(tags=["access"])
class SigningSecretViewSet(ListModelMixin, TenantViewSet):
    """Secrets for shopper tokens; to change one, create a second, use it, and delete the first."""

    read_scope = write_scope = MANAGE_SHOP
    serializer_class = SigningSecretSerializer
    filter_backends = ()
    pagination_class = None

    def get_queryset(self) -> QuerySet[Any]:
        secrets: QuerySet[Any] = ShopperSigningSecret.objects.all()
        return secrets

    @extend_schema(
        summary="Create a secret for shopper tokens",
        description="The response contains the secret, only this once: store it on your server. A "
        f"shop has at most {MAX_SIGNING_SECRETS} at a time.",
        request=None,
        responses={201: NewSigningSecretSerializer},
    )
    def create(self, request: Request) -> Response:
        row, secret = create_signing_secret(shop=self.shop)
        body = {**SigningSecretSerializer(row).data, "secret": secret}
        return Response(body, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Delete a secret for shopper tokens",
        responses={204: OpenApiResponse(description="Its tokens are no longer valid.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
