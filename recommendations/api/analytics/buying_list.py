"""The buying list: what shoppers asked for and the shop does not sell, as JSON or CSV."""

from typing import Any

from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers

from catalog.indexing.indexes import get_live_index
from recommendations.analytics.reports import Period
from recommendations.api.analytics.reports import (
    ReportSerializer,
    ReportView,
    RowsInput,
    describe_report,
)
from recommendations.demand.buying_list import (
    MAX_READ_PROMPTS,
    MAX_SHOWN_PROMPTS,
    Want,
    read_buying_list,
)

WANT = {
    "prompt": "snow boots",
    "kinds": ["boots"],
    "colours": ["red", "black"],
    "asked": 57,
    "no_match": 55,
    "lost": 51,
    "prompts": ["snow boots", "red snow boots", "snowboots", "schneestiefel"],
}


class WantSerializer(serializers.Serializer[Want]):
    """Something that shoppers want and the shop does not sell."""

    prompt = serializers.CharField(help_text="The most frequent prompt of the group.")
    kinds = serializers.ListField(
        child=serializers.CharField(), help_text="The kinds of garments that it names, if any."
    )
    colours = serializers.SerializerMethodField(
        help_text="The colours that prompts name, the most frequent first."
    )
    asked = serializers.IntegerField(help_text="Searches.")
    no_match = serializers.IntegerField(help_text="Searches that found nothing that matches.")
    lost = serializers.IntegerField(help_text="Searches that ended without a click.")
    prompts = serializers.ListField(
        child=serializers.CharField(),
        help_text=f"The prompts of the group, the most frequent first; at most "
        f"{MAX_SHOWN_PROMPTS}.",
    )

    def get_colours(self, want: Want) -> list[str]:
        return [name for name, _ in want.colours.most_common()]


class BuyingListSerializer(ReportSerializer):
    results = WantSerializer(many=True)


@extend_schema_view(
    get=describe_report(
        "One wish",
        BuyingListSerializer,
        RowsInput,
        {"results": [WANT]},
        summary="Report what shoppers want and the shop does not sell",
        description="Prompts without a match, grouped by what they mean: word order, singular and "
        "plural, colours, languages and spelling variants do not count. Of the "
        f"{MAX_READ_PROMPTS:,} most frequent prompts without a match in the period.",
    )
)
class BuyingListView(ReportView):
    file_name = "buying-list"
    input_class = RowsInput
    serializer_class = BuyingListSerializer
    row_serializer_class = WantSerializer

    def read(self, *, period: Period, limit: int, **_: Any) -> dict[str, Any]:
        encoder = get_live_index(self.shop.pk).encoder
        return {"results": read_buying_list(period, encoder=encoder, limit=limit)}
