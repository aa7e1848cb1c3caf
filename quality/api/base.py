"""Parts that all resources of photo quality share."""

from collections.abc import Collection
from typing import Any, ClassVar

from rest_framework import serializers

from tenants.models import Scope


class QualityMixin:
    """The key scopes of views of photo quality."""

    read_scope = Scope.CATALOG_READ
    write_scope = Scope.CATALOG_WRITE


class ProblemOutput(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class StagedSerializer(serializers.Serializer[Any]):
    """Renders a row that gets its figures later; until then the fields in `figures` are absent."""

    figures: ClassVar[Collection[str]] = ()

    def has_figures(self, row: Any) -> bool:
        return bool(row.result)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        absent = () if self.has_figures(instance) else self.figures
        return {
            name: _render(field, instance)
            for name, field in self.fields.items()
            if name not in absent
        }


def _render(field: serializers.Field[Any, Any, Any, Any], instance: Any) -> Any:
    value = field.get_attribute(instance)
    return None if value is None else field.to_representation(value)
