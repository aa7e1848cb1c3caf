from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"

    def ready(self) -> None:
        from catalog.services import images_saved
        from quality.jobs.queues import REPORTS

        images_saved.connect(REPORTS.request, weak=False, dispatch_uid="quality")
