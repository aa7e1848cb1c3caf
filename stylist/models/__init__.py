"""Models of wardrobes, tags, outfits and conversations."""

from stylist.models.conversation import Conversation, Message
from stylist.models.files import DoomedFile
from stylist.models.garments import GarmentTags, ImageTags, WardrobeItem
from stylist.models.outfit import Outfit, OutfitFeedback
from stylist.models.settings import StylistSettings

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
