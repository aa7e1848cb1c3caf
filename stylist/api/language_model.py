"""The language model of a shop's stylist."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from stylist.api.base import StylistMixin
from stylist.api.message_serializers import RESPONDERS
from stylist.chat.llm.model_choice import choose_model, find_model
from stylist.models import StylistSettings
from tenants.api.base import TenantAPIView


class ModelInput(serializers.Serializer[Any]):
    server = serializers.CharField(
        max_length=60, allow_blank=True, help_text="One that the operators allow."
    )
    name = serializers.CharField(max_length=120, allow_blank=True, default="")
    key = serializers.CharField(
        max_length=500,
        allow_blank=True,
        allow_null=True,
        default=None,
        write_only=True,
        help_text="Null leaves it as it is.",
    )


class ModelOutput(serializers.Serializer[Any]):
    server = serializers.CharField()
    name = serializers.CharField()
    has_key = serializers.BooleanField()
    speaks = serializers.ChoiceField(choices=RESPONDERS)


@extend_schema(tags=["stylist"])
class ModelView(StylistMixin, TenantAPIView):
    """The language model of the shop's stylist."""

    serializer_class = ModelOutput

    @extend_schema(summary="Show the stylist's language model", responses=ModelOutput)
    def get(self, request: Request) -> Response:
        chosen = StylistSettings.objects.filter(shop=self.shop).first() or StylistSettings()
        body = {
            "server": chosen.model_server,
            "name": chosen.model_name,
            "has_key": bool(chosen.model_key),
            "speaks": "model" if find_model(self.shop.pk) else "rules",
        }
        return Response(ModelOutput(body).data)

    @extend_schema(
        summary="Choose the stylist's language model",
        description="One of the servers that the operators allow; an empty `server` selects the "
        "installation's. The key is stored encrypted and never returned.",
        request=ModelInput,
        responses=ModelOutput,
    )
    def patch(self, request: Request) -> Response:
        data = ModelInput(data=request.data)
        data.is_valid(raise_exception=True)
        choose_model(shop=self.shop, **data.validated_data)
        return self.get(request)
