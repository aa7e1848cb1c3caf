from django.apps import AppConfig


class StylistConfig(AppConfig):
    name = "stylist"

    def ready(self) -> None:
        from django.db.models.signals import pre_delete

        from catalog.services import images_saved
        from recommendations.feedback.shoppers import register_section
        from stylist.models import ImageTags, Outfit, WardrobeItem
        from stylist.models.files import delete_files_of_row
        from stylist.tagging.queues import IMAGES
        from stylist.wardrobe.export import SECTIONS

        images_saved.connect(IMAGES.request, weak=False, dispatch_uid="stylist")
        for model in (WardrobeItem, ImageTags, Outfit):
            uid = f"delete files {model.__name__}"
            pre_delete.connect(delete_files_of_row, sender=model, dispatch_uid=uid)
        for name, section in SECTIONS.items():
            register_section(name, section)
