"""Members of a shop, invitations, and a person's own shops."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.throttling import find_address
from core.api.views import NewestFirst, validate
from tenants.accounts import invitations, members
from tenants.api.accounts import (
    AccountView,
    PersonView,
    ShopMembershipSerializer,
    ShopSerializer,
    language_of,
)
from tenants.api.base import TenantViewSet
from tenants.api.fields import AddressField, LinkTokenField, NewPasswordField
from tenants.api.passwords import LinkInput
from tenants.models import MANAGE_SHOP, Invitation, Membership
from tenants.models.shops import ROLES


class MemberPages(NewestFirst):
    parse_position = int


class MemberSerializer(serializers.ModelSerializer[Membership]):
    id = serializers.UUIDField(source="user_id", help_text="The person's id.")
    email = serializers.CharField(source="user.email")
    name = serializers.CharField(source="user.name")
    email_verified = serializers.BooleanField(source="user.has_verified_email")
    role = serializers.ChoiceField(choices=ROLES, source="effective_role")

    class Meta:
        model = Membership
        fields = ("id", "email", "name", "email_verified", "role", "created_at")
        read_only_fields = fields


class RoleInput(serializers.Serializer[Any]):
    role = serializers.ChoiceField(
        choices=ROLES,
        help_text="`owner`: everything, also members and keys. `editor`: reads and changes the "
        "shop's data. `viewer`: reads and searches.",
    )


class InvitationInput(RoleInput):
    email = AddressField()


class InvitationSerializer(serializers.ModelSerializer[Invitation]):
    role = serializers.ChoiceField(choices=ROLES)

    class Meta:
        model = Invitation
        fields = ("id", "email", "role", "created_at", "expires_at")
        read_only_fields = fields


class OfferSerializer(serializers.Serializer[invitations.Offer]):
    shop = ShopSerializer()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=ROLES)
    needs_password = serializers.BooleanField(
        help_text="Whether the address has no account yet, so that a password must be chosen."
    )


class AcceptInput(serializers.Serializer[Any]):
    token = LinkTokenField()
    password = NewPasswordField(
        required=False, default="", allow_blank=True, help_text="For a new account."
    )
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class AcceptedSerializer(serializers.Serializer[Membership]):
    shop = ShopSerializer()
    email = serializers.CharField(source="user.email")
    role = serializers.ChoiceField(choices=ROLES, source="effective_role")


@extend_schema_view(list=extend_schema(summary="List the members of the shop"))
@extend_schema(tags=["access"])
class MemberViewSet(ListModelMixin, TenantViewSet):
    """The people who work for the shop. Only owners manage them."""

    read_scope = write_scope = MANAGE_SHOP
    queryset = Membership.objects.none()  # names the model in the OpenAPI description
    serializer_class = MemberSerializer
    pagination_class = MemberPages
    filter_backends = ()
    lookup_field = "user_id"
    lookup_url_kwarg = "pk"
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Membership]:
        return Membership.objects.select_related("user").filter(shop=self.shop)

    @extend_schema(
        summary="Change a member's role",
        description="It counts from the member's next request.",
        request=RoleInput,
        responses=MemberSerializer,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        membership = self.get_object()
        data = validate(RoleInput(data=request.data))
        members.change_role(membership=membership, **data)
        return Response(MemberSerializer(membership).data)

    @extend_schema(
        summary="Remove a member",
        responses={204: OpenApiResponse(description="The person is no member any more.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        members.remove_member(membership=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(list=extend_schema(summary="List invitations that nobody accepted yet"))
@extend_schema(tags=["access"])
class InvitationViewSet(ListModelMixin, TenantViewSet):
    """Invitations to the shop. Only owners manage them."""

    read_scope = write_scope = MANAGE_SHOP
    serializer_class = InvitationSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Invitation]:
        found: QuerySet[Invitation] = Invitation.objects.all()
        return found

    @extend_schema(
        summary="Invite a person by mail",
        description="Inviting an address again sends a new link and ends the old one. The person "
        "who invites must have confirmed their own address.",
        request=InvitationInput,
        responses={201: InvitationSerializer},
        examples=[
            OpenApiExample(
                "An editor", {"email": "bea@shop.example", "role": "editor"}, request_only=True
            )
        ],
    )
    def create(self, request: Request) -> Response:
        data = validate(InvitationInput(data=request.data))
        invitation = invitations.invite(
            shop=self.shop,
            inviter=request.user,  # type: ignore[arg-type]  # a member, by the scope
            language=language_of(request),
            **data,
        )
        return Response(InvitationSerializer(invitation).data, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Revoke an invitation",
        responses={204: OpenApiResponse(description="The link is no longer valid.")},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        invitations.revoke(invitation=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class OfferView(AccountView):
    @extend_schema(
        summary="Read an invitation without accepting it",
        request=LinkInput,
        responses=OfferSerializer,
    )
    def post(self, request: Request) -> Response:
        token = validate(LinkInput(data=request.data))["token"]
        offer = invitations.read_offer(token=token, client=find_address(request))
        return Response(OfferSerializer(offer).data)


class AcceptView(AccountView):
    @extend_schema(
        summary="Accept an invitation with the token of a mail",
        description="A person with an account joins the shop with it; a new person chooses a "
        "password. Sign in afterwards.",
        request=AcceptInput,
        responses=AcceptedSerializer,
    )
    def post(self, request: Request) -> Response:
        data = validate(AcceptInput(data=request.data))
        membership = invitations.accept(**data, client=find_address(request))
        return Response(AcceptedSerializer(membership).data)


class OwnShopsView(PersonView):
    pagination_class = None
    filter_backends = ()

    @extend_schema(
        summary="List the shops of the signed-in person",
        description="To continue in another one, send its id as `shop_id` to `auth/refresh/` or "
        "`auth/login/`.",
        responses=ShopMembershipSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        found = members.list_memberships(user=self.person)
        return Response(ShopMembershipSerializer(found, many=True).data)  # type: ignore[arg-type]


class LeaveView(PersonView):
    @extend_schema(
        summary="Leave the shop",
        request=None,
        responses={204: OpenApiResponse(description="The person is no member any more.")},
    )
    def post(self, request: Request) -> Response:
        members.remove_member(membership=self.membership)
        return Response(status=status.HTTP_204_NO_CONTENT)
