"""Admin pages of photo quality."""

from django.contrib import admin

from core.admin import SHOP_FILTER, JobAdmin, ReadOnlyAdmin
from quality.jobs import queues
from quality.models import Comparison, Enhancement, Policy, Report


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    list_display = ("shop", "gate", "profile", "updated_at")
    list_filter = ("gate", "profile")
    list_select_related = ("shop",)
    search_fields = ("shop__name",)


class QualityJobAdmin(JobAdmin):
    tasks = (queues.BULK, queues.INTERACTIVE)


@admin.register(Report)
class ReportAdmin(QualityJobAdmin):
    list_display = ("image", "shop", "state", "score", "verdict", "profile", "passed")
    list_filter = ("state", "verdict", "passed", "profile", SHOP_FILTER)
    list_select_related = ("shop", "image")
    search_fields = ("image__name", "image__id")


@admin.register(Comparison)
class ComparisonAdmin(QualityJobAdmin):
    list_display = ("id", "shop", "state", "stage", "enhancement_level", "took_ms", "created_at")
    list_filter = ("state", SHOP_FILTER)
    list_select_related = ("shop",)


@admin.register(Enhancement)
class EnhancementAdmin(QualityJobAdmin):
    list_display = ("id", "shop", "state", "standing", "stage", "level", "took_ms", "created_at")
    list_filter = ("state", "standing", SHOP_FILTER)
    list_select_related = ("shop",)
