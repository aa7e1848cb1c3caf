"""The whole catalogue as a file that an import reads back."""

from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from catalog.imports.export import write_csv, write_json_lines
from core.api.csv import CSVRenderer
from tenants.api.base import TenantAPIView
from tenants.models import Scope


class JSONLinesRenderer(JSONRenderer):
    """Lets a client ask for JSON Lines; an error before the first line is a problem."""

    media_type = "application/x-ndjson"
    format = "jsonl"


class ProductsExportView(TenantAPIView):
    """All products of the shop."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE
    renderer_classes = (JSONLinesRenderer, CSVRenderer)

    @extend_schema(
        summary="Export the whole catalogue",
        description="As JSON Lines with one product a line, or with `format=csv` as a table with "
        "one variant a row, in which no cell is a formula. `POST imports/` reads both. Photos are "
        "links: those that you sent, or the address of the photo here.",
        tags=["imports"],
        responses={
            (200, "application/x-ndjson"): OpenApiTypes.STR,
            (200, "text/csv"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        chosen = request.accepted_renderer
        write = write_csv if chosen.format == CSVRenderer.format else write_json_lines
        lines = write(
            self.shop.pk, lambda key: request.build_absolute_uri(default_storage.url(key))
        )
        name = f"products.{chosen.format}"
        return StreamingHttpResponse(
            lines,
            content_type=f"{chosen.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
