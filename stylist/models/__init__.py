"""What shoppers own and wear together, what garments are, and what was said about them."""

from stylist.models.conversation import Conversation, Message
from stylist.models.doomed import DoomedFile
from stylist.models.garment import GarmentTags
from stylist.models.image_tags import ImageTags
from stylist.models.outfit import Outfit, OutfitFeedback
from stylist.models.settings import StylistSettings
from stylist.models.wardrobe import WardrobeItem

__all__ = [
    "Conversation",
    "DoomedFile",
    "GarmentTags",
    "ImageTags",
    "Message",
    "Outfit",
    "OutfitFeedback",
    "StylistSettings",
    "WardrobeItem",
]
