from django.apps import AppConfig


class QualityConfig(AppConfig):
    name = "quality"

    def ready(self) -> None:
        from catalog.signals import images_saved
        from quality.receivers import measure_saved_images

        images_saved.connect(measure_saved_images, dispatch_uid="quality")
