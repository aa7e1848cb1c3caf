"""Admin pages of categories, styles and age groups, with their aliases."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from catalog.models import AgeGroup, AgeGroupAlias, Category, CategoryAlias, Style, StyleAlias
from catalog.taxonomy.aliases import AliasUnusable, check_aliases
from catalog.taxonomy.tree import CategoryMisplaced, check_place, select_path
from catalog.vocabulary.name_keys import make_key
from core.admin import SHOP_FILTER


# The forms of Django cannot be subscripted at run time, as their types ask for.
class AliasForm(forms.ModelForm):  # type: ignore[type-arg]
    """An alias of a facet value, which belongs to the value's shop, or to all shops."""

    def clean_text(self) -> str:
        facet, text = self.instance.facet, str(self.cleaned_data["text"])
        self.instance.shop_id, self.instance.key = facet.shop_id, make_key(text)
        try:
            check_aliases(model=type(facet), shop_id=facet.shop_id, facet=facet, texts=[text])
        except AliasUnusable as error:
            raise ValidationError(error.message, code=error.code) from error
        others = self._meta.model._default_manager.exclude(pk=self.instance.pk)
        if others.filter(shop_id=facet.shop_id, key=self.instance.key).exists():
            raise ValidationError("This is an alias already.", code="unique")
        return text


class AliasInline(TabularInline):
    form = AliasForm
    fields = ("text",)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the aliases that belong to the value's owner, not a shop's of a default value."""
        return (
            super()
            .get_queryset(request)
            .filter(Q(shop=F("facet__shop")) | Q(facet__shop=None, shop=None))
        )


class CategoryAliasInline(AliasInline):
    model = CategoryAlias


class StyleAliasInline(AliasInline):
    model = StyleAlias


class AgeGroupAliasInline(AliasInline):
    model = AgeGroupAlias


class FacetAdmin(ModelAdmin):
    list_display: tuple[str, ...] = ("name", "shop", "description")
    list_filter = (SHOP_FILTER,)
    list_select_related = ("shop",)
    search_fields = ("name", "aliases__text")
    raw_id_fields: tuple[str, ...] = ("shop",)


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> Any:
        fields = super().clean() or self.cleaned_data
        self.instance.shop = fields.get("shop")
        try:
            check_place(category=self.instance, parent=fields.get("parent"))
        except CategoryMisplaced as error:
            self.add_error("parent", ValidationError(error.message, code=error.code))
        return fields


@admin.register(Category)
class CategoryAdmin(FacetAdmin):
    form = CategoryForm
    list_display = ("name", "path", "shop", "description")
    raw_id_fields = ("shop", "parent")
    inlines = (CategoryAliasInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).annotate(path=select_path("catalog_category.id"))

    @admin.display(description="place in the tree")
    def path(self, category: Any) -> str:
        return " › ".join(category.path)


@admin.register(Style)
class StyleAdmin(FacetAdmin):
    inlines = (StyleAliasInline,)


@admin.register(AgeGroup)
class AgeGroupAdmin(FacetAdmin):
    inlines = (AgeGroupAliasInline,)
