"""Search: products for a prompt, and products similar to one."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from agents.operations import Caller, ViewOperation
from agents.tools.products import EXTERNAL_ID_HELP, find_photo
from agents.tools.tool import Arguments, Tool
from catalog.models import Variant
from recommendations.answers.results import AlternativeReason
from recommendations.api.search.inputs import RecommendationInput
from recommendations.api.search.recommendations import RecommendationView, UnderstandingSerializer
from recommendations.models import Prompt
from recommendations.ranking.match import MATCHES

BUYABLE = {Variant.Availability.IN_STOCK, Variant.Availability.PREORDER}


class SearchArguments(RecommendationInput):
    """The parts of a query that help an agent."""

    names: tuple[str, ...] = (
        *("prompt", "filters", "sort", "number_of_images", "cursor", "shopper", "understand"),
    )

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        return {name: field for name, field in fields.items() if name in self.names}


class SimilarArguments(SearchArguments):
    """A product in place of a prompt."""

    names = ("external_id", "filters", "sort", "number_of_images", "cursor")
    external_id = serializers.CharField(help_text=EXTERNAL_ID_HELP)


@extend_schema_field(serializers.ListField(child=serializers.CharField()))
class SizesField(serializers.Field[Any, Any, Any, Any]):
    """The sizes of the variants that can be bought."""

    def to_representation(self, value: Any) -> list[str]:
        sizes = [
            f"{variant['size_system']} {variant['size']}".strip()
            for variant in value
            if variant["size"] and variant["availability"] in BUYABLE
        ]
        return list(dict.fromkeys(sizes))


class FoundProductOutput(serializers.Serializer[Any]):
    """A product as a search shows it."""

    external_id = serializers.CharField(help_text="For the other tools.")
    name = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    colour = serializers.CharField()
    price = serializers.CharField(allow_null=True, help_text="The lowest current price.")
    currency = serializers.CharField()
    availability = serializers.CharField()
    sizes = SizesField(source="variants", help_text="Those that can be bought and fit the filters.")
    match = serializers.ChoiceField(
        choices=MATCHES, allow_null=True, help_text="How well it fits the query."
    )
    link = serializers.CharField(help_text="Its page in the shop, where people buy it.")
    photo_url = serializers.CharField()


class AlternativeProductOutput(serializers.Serializer[Any]):
    """The little of a product that an agent needs to offer it instead."""

    external_id = serializers.CharField()
    name = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    link = serializers.CharField()


class AlternativeProductsOutput(serializers.Serializer[Any]):
    """Products that do not match the query, for an answer without others."""

    reason = serializers.ChoiceField(
        choices=[reason.value for reason in AlternativeReason],
        help_text="The `nearest` ones, or `popular` ones if the query is not about clothing.",
    )
    products = AlternativeProductOutput(many=True, source="results")


class SearchOutput(serializers.Serializer[Any]):
    """The products that fit a query best, the best first."""

    id = serializers.CharField(help_text="The attribution token of this answer, for events.")
    understood = UnderstandingSerializer(allow_null=True)
    products = FoundProductOutput(many=True, source="results")
    alternatives = AlternativeProductsOutput(
        allow_null=True,
        help_text="Only if no product matches: do not offer these as what was asked for.",
    )
    next = serializers.CharField(
        allow_null=True, help_text="The `cursor` of the next page; null on the last."
    )


SEARCH = ViewOperation("POST", RecommendationView.as_view(source=Prompt.Source.AGENT))
SIMILAR = ViewOperation("POST", RecommendationView.as_view(source=Prompt.Source.SIMILAR))


def search_products(caller: Caller, arguments: Arguments) -> Any:
    return _shorten(caller.call(SEARCH, arguments))


def find_similar_products(caller: Caller, arguments: Arguments) -> Any:
    photo = find_photo(arguments)
    query = {name: value for name, value in arguments.items() if name != "external_id"}
    return _shorten(caller.call(SIMILAR, {**query, "images": [{"id": str(photo.pk)}]}))


def _shorten(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of the API with what an agent needs; `understood` is rendered already."""
    shown = SearchOutput({**answer, "understood": None}).data
    return {**shown, "understood": answer["understood"]}


TOOLS = (
    Tool(
        name="search_products",
        title="Search the shop",
        description="Find products of this clothing shop by what a person wants, in their own "
        "words and language, such as “red dress for a summer wedding under 80 €”. The answer says "
        "what was read in the words (`understood`); `filters` are for what you know exactly, such "
        "as a size, a price, a brand or that it is in stock; alone, they list what passes them. "
        "For the next page, send the same arguments with `next` as `cursor`. Show people the "
        "`link`.",
        arguments=SearchArguments,
        output=SearchOutput,
        operations=(SEARCH,),
        run=search_products,
    ),
    Tool(
        name="similar_products",
        title="Find similar products",
        description="Find products that look like one of this shop, for example in another size, "
        "colour or price (`filters`).",
        arguments=SimilarArguments,
        output=SearchOutput,
        operations=(SIMILAR,),
        run=find_similar_products,
    ),
)
